import { Check } from 'lucide-react'
import type { ReactNode } from 'react'
import { StatusMark } from '@/components/ui/status-mark'

/** One step of a way: a number, or what has become of it. */
export const Step = ({
  number,
  title,
  state = 'open',
  children,
}: {
  number: string
  title: string
  state?: 'open' | 'listening' | 'done'
  children: ReactNode
}) => (
  <li className="flex gap-4 border-b border-line px-6 py-4 max-sm:gap-3 max-sm:px-4">
    <span aria-hidden="true" className={`${NUMBER} ${LOOKS[state]}`}>
      {state === 'done' ? <Check size={13} strokeWidth={2} /> : number}
    </span>
    <div className="min-w-0 flex-1">
      <h2 className="flex items-center gap-2 font-section">
        {state === 'listening' ? <StatusMark status="stale" /> : null}
        {title}
      </h2>
      <div className="text-ink2">{children}</div>
    </div>
  </li>
)

const NUMBER = 'flex size-6 shrink-0 items-center justify-center rounded-full border text-small font-section'
const LOOKS = {
  open: 'border-line2',
  listening: 'border-dashed border-line2 text-ink2',
  done: 'border-ink bg-ink text-surface',
} as const
