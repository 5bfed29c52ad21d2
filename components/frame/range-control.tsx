'use client'
import { Calendar, ChevronDown } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useRouter } from 'next/navigation'
import { useRef, useState } from 'react'
import { buttonStyle } from '@/components/ui/button-style'
import { Icon } from '@/components/ui/icon'
import { formatTime } from '@/lib/charts/format'
import { PRESET_NAMES, rangeBounds, type Range } from '@/lib/charts/range'

// Loaded when it is opened: the first load of a page is kept small.
const RangePanel = dynamic(() => import('./range-panel').then((part) => part.RangePanel))

/** The one global control of time: a preset or exact hours, in the URL, with the dates it means beside it. */
export const RangeControl = ({ range, now, hrefOf }: { range: Range; now: Date; hrefOf: (range: Range) => string }) => {
  const [open, setOpen] = useState<boolean | null>(null)
  const trigger = useRef<HTMLButtonElement>(null)
  const router = useRouter()
  const bounds = rangeBounds(range, now)
  const preset = 'preset' in range ? range.preset : undefined
  return (
    <>
      <button
        ref={trigger}
        type="button"
        aria-haspopup="dialog"
        aria-expanded={open === true}
        onClick={() => setOpen(open !== true)}
        className={`${buttonStyle('secondary', 'bar')} min-w-0`}
      >
        <Icon of={Calendar} className="text-ink2 max-sm:hidden" />
        <span className="sr-only">Time range: </span>
        {preset === undefined ? null : <span>{PRESET_NAMES[preset]}</span>}
        {preset === 'all' ? null : (
          <span className={`truncate font-normal text-ink2 ${preset === undefined ? '' : 'max-md:hidden'}`}>
            {formatTime(bounds.from, now)} – {formatTime(bounds.to, now)} UTC
          </span>
        )}
        <Icon of={ChevronDown} className="text-ink3" />
      </button>
      {open === null ? null : (
        <RangePanel
          open={open}
          trigger={trigger}
          range={range}
          bounds={bounds}
          onOpenChange={setOpen}
          onChoose={(next) => {
            setOpen(false)
            router.push(hrefOf(next))
          }}
        />
      )}
    </>
  )
}
