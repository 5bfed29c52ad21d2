'use client'
import { Checkbox } from '@base-ui/react/checkbox'
import { Check } from 'lucide-react'
import type { ReactNode } from 'react'

/** Yes or no, with the words that say to what. The whole line is the target. */
export const CheckboxField = ({
  label,
  note,
  checked,
  onChange,
}: {
  label: ReactNode
  note?: ReactNode
  checked: boolean
  onChange: (checked: boolean) => void
}) => (
  <label className="flex items-start gap-2 py-0.5 max-sm:py-2">
    <Checkbox.Root
      checked={checked}
      onCheckedChange={onChange}
      className="mt-0.5 flex size-4 shrink-0 items-center justify-center rounded-chip border border-ink3 bg-surface text-on-accent data-checked:border-accent-fill data-checked:bg-accent-fill"
    >
      <Checkbox.Indicator className="flex data-unchecked:hidden">
        <Check size={12} strokeWidth={2.4} aria-hidden="true" />
      </Checkbox.Indicator>
    </Checkbox.Root>
    <span>
      {label}
      {note === undefined ? null : <span className="block text-small text-ink2">{note}</span>}
    </span>
  </label>
)
