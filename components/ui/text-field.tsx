'use client'
import { Field } from '@base-ui/react/field'
import type { ComponentPropsWithRef, ReactNode } from 'react'
import { CONTROL, HINT, LABEL, PROBLEM } from './control-style'

type Kind =
  | { type?: 'text' | 'search' | 'url'; autoComplete?: string }
  | { type: 'email'; autoComplete: 'email' | 'username' | 'off' }
  | { type: 'password'; autoComplete: 'current-password' | 'new-password' }
  | { type: 'number' | 'datetime-local'; autoComplete?: never }

type Input = Omit<ComponentPropsWithRef<'input'>, 'type' | 'autoComplete' | 'className' | 'name' | 'id'>

/**
 * A labelled input with its hint and its problem. The label is always drawn: a placeholder is gone when it is needed.
 * `problem` comes from the same schema that the server checks.
 */
export const TextField = ({
  label,
  name,
  hint,
  problem,
  mono = false,
  after,
  ...input
}: Input &
  Kind & {
    label: ReactNode
    name: string
    hint?: ReactNode
    problem?: string | undefined
    mono?: boolean
    after?: ReactNode
  }) => (
  <Field.Root name={name} invalid={problem !== undefined} className="flex min-w-0 flex-col gap-1">
    <Field.Label className={LABEL}>{label}</Field.Label>
    <span className="flex items-center gap-2">
      <Field.Control render={<input {...input} className={`${CONTROL} ${mono ? 'font-mono text-small' : ''}`} />} />
      {after}
    </span>
    {problem === undefined ? null : (
      <Field.Error match className={PROBLEM}>
        {problem}
      </Field.Error>
    )}
    {hint === undefined ? null : <Field.Description className={HINT}>{hint}</Field.Description>}
  </Field.Root>
)
