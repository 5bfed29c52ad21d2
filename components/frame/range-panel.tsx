'use client'
import { Popover } from '@base-ui/react/popover'
import { Check } from 'lucide-react'
import { useState, type RefObject } from 'react'
import { Button } from '@/components/ui/button'
import { FLOAT, ITEM } from '@/components/ui/float-style'
import { Icon } from '@/components/ui/icon'
import { TextField } from '@/components/ui/text-field'
import { PRESETS, PRESET_NAMES, parseRange, type Range } from '@/lib/charts/range'

type Bounds = { from: string; to: string }

/** Presets that end now, and exact hours. */
export const RangePanel = ({
  open,
  trigger,
  range,
  bounds,
  onOpenChange,
  onChoose,
}: {
  open: boolean
  trigger: RefObject<HTMLButtonElement | null>
  range: Range
  bounds: Bounds
  onOpenChange: (open: boolean) => void
  onChoose: (range: Range) => void
}) => (
  <Popover.Root
    open={open}
    onOpenChange={(next, details) => {
      // The button that opened it closes it by itself.
      if (details.event.target instanceof Node && trigger.current?.contains(details.event.target)) return
      onOpenChange(next)
    }}
  >
    <Popover.Portal>
      <Popover.Positioner anchor={trigger} sideOffset={4} align="start" className="z-50 outline-none">
        <Popover.Popup finalFocus={trigger} className={`${FLOAT} w-72 py-1`} aria-label="Time range">
          <div role="group" aria-label="Ending now">
            {PRESETS.map((name) => (
              <button
                key={name}
                type="button"
                aria-pressed={'preset' in range && name === range.preset}
                onClick={() => onChoose({ preset: name })}
                className={`${ITEM} w-full cursor-pointer text-left hover:bg-accent-wash focus-visible:-outline-offset-2`}
              >
                <span className="flex w-4">
                  {'preset' in range && name === range.preset ? <Icon of={Check} /> : null}
                </span>
                {PRESET_NAMES[name]}
              </button>
            ))}
          </div>
          <CustomRange bounds={bounds} onChoose={onChoose} />
        </Popover.Popup>
      </Popover.Positioner>
    </Popover.Portal>
  </Popover.Root>
)

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
