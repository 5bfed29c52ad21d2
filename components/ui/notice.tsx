import type { ReactNode } from 'react'
import { StatusMark, type Status } from './status-mark'

/** One line across the page that qualifies what is below it: partial, stale, not live. */
export const Notice = ({
  status,
  word,
  children,
  act,
}: {
  status: Status
  word: string
  children: ReactNode
  act?: ReactNode
}) => (
  <div
    role="status"
    className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-6 py-1.5 max-sm:px-4"
  >
    <span className="inline-flex w-20 shrink-0 items-center gap-2 font-key">
      <StatusMark status={status} />
      {word}
    </span>
    <span className="text-ink2">{children}</span>
    {act === undefined ? null : <span className="ml-auto">{act}</span>}
  </div>
)
