'use client'
import { SelectField } from '@/components/ui/select-field'
import { TextField } from '@/components/ui/text-field'

const UNITS = { minutes: 60, hours: 3_600, days: 86_400 } as const
type Unit = keyof typeof UNITS
export type IdleLimit = { amount: string; unit: Unit }

/** How long after its last event an interaction without an outcome is closed as abandoned: 5 minutes to 30 days. */
export const IdleLimitField = ({
  value,
  onChange,
  problem,
}: {
  value: IdleLimit
  onChange: (value: IdleLimit) => void
  problem: string | undefined
}) => (
  <TextField
    label="Idle limit"
    name="idleLimit"
    type="number"
    min={1}
    step={1}
    required
    hint="An interaction without an outcome counts as abandoned this long after its last event. 5 minutes to 30 days."
    value={value.amount}
    problem={problem}
    onChange={(event) => onChange({ ...value, amount: event.target.value })}
    after={
      <span className="w-32 shrink-0">
        <SelectField
          label="Unit of the idle limit"
          hideLabel
          name="idleUnit"
          value={value.unit}
          onChange={(unit) => onChange({ ...value, unit })}
          choices={[
            { value: 'minutes', label: 'minutes' },
            { value: 'hours', label: 'hours' },
            { value: 'days', label: 'days' },
          ]}
        />
      </span>
    }
  />
)

export const idleLimitSec = ({ amount, unit }: IdleLimit): number => Math.round(Number(amount) * UNITS[unit])

/** The largest unit that says the limit as a whole number. */
export const idleLimitOf = (seconds: number): IdleLimit => {
  const unit =
    seconds % UNITS.days === 0 && seconds > UNITS.days ? 'days' : seconds % UNITS.hours === 0 ? 'hours' : 'minutes'
  return { amount: String(seconds / UNITS[unit]), unit }
}
