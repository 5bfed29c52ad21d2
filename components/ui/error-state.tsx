import type { ReactNode } from 'react'
import { StatusMark } from './status-mark'

/** What failed, what to do, and the request id that support or a log search needs. In the frame it concerns. */
export const ErrorState = ({
  title,
  what,
  requestId,
  act,
}: {
  title: string
  what: string
  requestId?: string | undefined
  act?: ReactNode
}) => (
  <div role="alert" className="max-w-[72ch] px-6 py-5 max-sm:px-4">
    <h2 className="flex items-center gap-2 font-section">
      <StatusMark status="danger" />
      {title}
    </h2>
    <p className="mt-0.5 text-ink2">
      {what} {requestId === undefined ? null : <code className="font-mono text-small text-ink3">{requestId}</code>}
    </p>
    {act === undefined ? null : <div className="mt-3">{act}</div>}
  </div>
)
