import type { ReactNode } from 'react'
import { StatusMark } from './status-mark'

/** Why a form did not go through, inside the form. Always mounted, so that a screen reader hears it appear. */
export const FormMessage = ({ children }: { children: ReactNode }) => (
  <div role="alert" className="empty:-mt-4">
    {children === null || children === undefined || children === '' ? null : (
      <p className="flex items-start gap-2 rounded-chip bg-danger-wash px-2.5 py-1.5 text-danger">
        <span className="pt-1.25">
          <StatusMark status="danger" />
        </span>
        <span className="min-w-0">{children}</span>
      </p>
    )}
  </div>
)
