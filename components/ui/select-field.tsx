'use client'
import { Field } from '@base-ui/react/field'
import { Select } from '@base-ui/react/select'
import { Check, ChevronDown } from 'lucide-react'
import type { ReactNode } from 'react'
import { CONTROL, HINT, LABEL } from './control-style'
import { FLOAT, ITEM } from './float-style'
import { Icon } from './icon'

export type Choice<V extends string> = { value: V; label: string; note?: string }

/** One of a few. Needs at least one choice and always has a value: there is no empty state to forget. */
export const SelectField = <V extends string>({
  label,
  name,
  choices,
  value,
  onChange,
  hint,
  hideLabel = false,
}: {
  label: string
  name: string
  choices: readonly [Choice<V>, ...Choice<V>[]]
  value: V
  onChange: (value: V) => void
  hint?: ReactNode
  hideLabel?: boolean
}) => (
  <Field.Root name={name} className="flex min-w-0 flex-col gap-1">
    <Select.Root
      items={choices}
      value={value}
      onValueChange={(next) => {
        if (next !== null) onChange(next)
      }}
    >
      <Select.Label className={hideLabel ? 'sr-only' : LABEL}>{label}</Select.Label>
      <Select.Trigger className={`${CONTROL} inline-flex items-center justify-between gap-2 text-left hover:bg-hover`}>
        <Select.Value className="truncate" />
        <Select.Icon>
          <Icon of={ChevronDown} className="text-ink3" />
        </Select.Icon>
      </Select.Trigger>
      <Select.Portal>
        <Select.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50 outline-none">
          <Select.Popup
            className={`${FLOAT} max-h-[min(22rem,var(--available-height))] min-w-(--anchor-width) overflow-y-auto py-1`}
          >
            <Select.List>
              {choices.map((choice) => (
                <Select.Item key={choice.value} value={choice.value} className={ITEM}>
                  <span className="w-4">
                    <Select.ItemIndicator>
                      <Icon of={Check} />
                    </Select.ItemIndicator>
                  </span>
                  <Select.ItemText>{choice.label}</Select.ItemText>
                  {choice.note === undefined ? null : (
                    <span className="ml-auto pl-4 text-small text-ink3">{choice.note}</span>
                  )}
                </Select.Item>
              ))}
            </Select.List>
          </Select.Popup>
        </Select.Positioner>
      </Select.Portal>
    </Select.Root>
    {hint === undefined ? null : <Field.Description className={HINT}>{hint}</Field.Description>}
  </Field.Root>
)
