/** What a mark means. The shape carries it; the colour only repeats it. */
export type Status = 'ok' | 'warning' | 'danger' | 'info' | 'waiting' | 'stale' | 'off' | 'step'

const COLOUR = {
  ok: 'text-ok-mark',
  warning: 'text-warn-mark',
  danger: 'text-danger-mark',
  info: 'text-info-mark',
  waiting: 'text-ink2',
  stale: 'text-ink2',
  off: 'text-ink2',
  step: 'text-ink3',
} as const satisfies Record<Status, string>

/**
 * The 10 px mark: filled circle ok, triangle warning, square danger, ring information, half circle waiting, dashed ring
 * stale or not run, dash off, dot plain step. Hidden from screen readers, because a word always stands beside it.
 */
export const StatusMark = ({ status }: { status: Status }) => (
  <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true" className={`shrink-0 ${COLOUR[status]}`}>
    <Shape status={status} />
  </svg>
)

const Shape = ({ status }: { status: Status }) => {
  switch (status) {
    case 'ok':
      return <circle cx="5" cy="5" r="4" fill="currentColor" />
    case 'warning':
      return <path d="M5 0.8 9.6 9H0.4Z" fill="currentColor" />
    case 'danger':
      return <rect x="0.8" y="0.8" width="8.4" height="8.4" rx="0.8" fill="currentColor" />
    case 'info':
      return <circle cx="5" cy="5" r="3.4" fill="none" stroke="currentColor" strokeWidth="2" />
    case 'waiting':
      return (
        <>
          <circle cx="5" cy="5" r="3.7" fill="none" stroke="currentColor" strokeWidth="1.2" />
          <path d="M5 1.3a3.7 3.7 0 0 1 0 7.4Z" fill="currentColor" />
        </>
      )
    case 'stale':
      return (
        <circle cx="5" cy="5" r="3.8" fill="none" stroke="currentColor" strokeWidth="1.4" strokeDasharray="2.2 1.8" />
      )
    case 'off':
      return <rect x="1" y="4.2" width="8" height="1.6" fill="currentColor" />
    case 'step':
      return <circle cx="5" cy="5" r="2" fill="currentColor" />
  }
}
