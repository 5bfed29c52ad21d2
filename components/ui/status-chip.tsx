import { StatusMark, type Status } from './status-mark'

const WASHED = {
  ok: 'bg-ok-wash text-ok',
  warning: 'bg-warn-wash text-warn',
  danger: 'bg-danger-wash text-danger',
  info: 'bg-info-wash text-info',
  waiting: 'bg-sunken text-ink2',
  stale: 'bg-sunken text-ink2',
  off: 'bg-sunken text-ink2',
  step: 'bg-sunken text-ink2',
} as const satisfies Record<Status, string>

/** Mark and word: plain in rows, washed in page headers. */
export const StatusChip = ({
  status,
  children,
  look = 'plain',
}: {
  status: Status
  children: string
  look?: 'plain' | 'washed'
}) => (
  <span
    className={`inline-flex items-center gap-1.5 whitespace-nowrap ${
      look === 'washed' ? `rounded-chip px-2 py-0.5 text-small ${WASHED[status]}` : PLAIN[status]
    }`}
  >
    <StatusMark status={status} />
    {children}
  </span>
)

const PLAIN = {
  ok: 'text-ink2',
  warning: 'text-warn',
  danger: 'text-danger',
  info: 'text-ink2',
  waiting: 'text-ink2',
  stale: 'text-ink2',
  off: 'text-ink2',
  step: 'text-ink2',
} as const satisfies Record<Status, string>
