'use client'
import { Popover } from '@base-ui/react/popover'
import { Calendar, Check, ChevronDown } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { buttonStyle } from '@/components/ui/button-style'
import { FLOAT, ITEM } from '@/components/ui/float-style'
import { Icon } from '@/components/ui/icon'
import { TextField } from '@/components/ui/text-field'
import { formatTime } from '@/lib/charts/format'
import { PRESETS, PRESET_NAMES, parseRange, rangeBounds, type Range } from '@/lib/charts/range'

/** The one global control of time: a preset or exact hours, in the URL, with the dates it means beside it. */
export const RangeControl = ({ range, now, hrefOf }: { range: Range; now: Date; hrefOf: (range: Range) => string }) => {
  const [open, setOpen] = useState(false)
  const router = useRouter()
  const choose = (next: Range) => {
    setOpen(false)
    router.push(hrefOf(next))
  }
  const bounds = rangeBounds(range, now)
  const preset = 'preset' in range ? range.preset : undefined
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger className={`${buttonStyle('secondary', 'bar')} min-w-0`}>
        <Icon of={Calendar} className="text-ink2 max-sm:hidden" />
        <span className="sr-only">Time range: </span>
        {preset === undefined ? null : <span>{PRESET_NAMES[preset]}</span>}
        {preset === 'all' ? null : (
          <span className={`font-normal text-ink2 ${preset === undefined ? '' : 'max-md:hidden'}`}>
            {formatTime(bounds.from, now)} – {formatTime(bounds.to, now)} UTC
          </span>
        )}
        <Icon of={ChevronDown} className="text-ink3" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={4} align="start" className="z-50 outline-none">
          <Popover.Popup className={`${FLOAT} w-72 py-1`} aria-label="Time range">
            <div role="group" aria-label="Ending now">
              {PRESETS.map((name) => (
                <button
                  key={name}
                  type="button"
                  aria-pressed={name === preset}
                  onClick={() => choose({ preset: name })}
                  className={`${ITEM} w-full cursor-pointer text-left hover:bg-accent-wash focus-visible:-outline-offset-2`}
                >
                  <span className="flex w-4">{name === preset ? <Icon of={Check} /> : null}</span>
                  {PRESET_NAMES[name]}
                </button>
              ))}
            </div>
            <CustomRange bounds={bounds} onChoose={choose} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}

const CustomRange = ({
  bounds,
  onChoose,
}: {
  bounds: { from: string; to: string }
  onChoose: (range: Range) => void
}) => {
  const [from, setFrom] = useState(bounds.from.slice(0, 16))
  const [to, setTo] = useState(bounds.to.slice(0, 16))
  const range = parseRange({ from, to })
  const good = 'from' in range
  return (
    <form
      className="mt-1 flex flex-col gap-2 border-t border-line px-3 pt-2.5 pb-2"
      onSubmit={(event) => {
        event.preventDefault()
        if (good) onChoose(range)
      }}
    >
      <TextField
        type="datetime-local"
        name="from"
        label="From (UTC)"
        value={from}
        onChange={(e) => setFrom(e.target.value)}
      />
      <TextField
        type="datetime-local"
        name="to"
        label="To (UTC)"
        value={to}
        onChange={(e) => setTo(e.target.value)}
        problem={good ? undefined : 'Choose an end after the start.'}
      />
      <span>
        <Button type="submit">Show this range</Button>
      </span>
    </form>
  )
}
