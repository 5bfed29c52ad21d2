'use client'
import { useState, type ReactNode } from 'react'
import { Button } from './button'
import { Dialog } from './dialog'
import { FormMessage } from './form-message'
import { TextField } from './text-field'

export type Effect = { what: string; becomes: ReactNode }

/** Shows what will happen, as rows, then asks for the name of the thing. The button stays off until it matches. */
export const EffectDialog = ({
  open,
  onClose,
  title,
  lead,
  effects,
  name,
  act,
  busy,
  problem,
  onAct,
}: {
  open: boolean
  onClose: () => void
  title: string
  lead: string
  effects: readonly [Effect, ...Effect[]]
  name: string
  act: string
  busy: boolean
  problem: string | undefined
  onAct: () => void
}) => (
  <Dialog open={open} onClose={onClose} title={title} description={lead}>
    <dl>
      {effects.map((effect) => (
        <div key={effect.what} className="flex gap-4 border-b border-line py-1.5 text-small last:border-b-0">
          <dt className="w-32 shrink-0 text-ink2">{effect.what}</dt>
          <dd className="min-w-0">{effect.becomes}</dd>
        </div>
      ))}
    </dl>
    <NameToAct key={name} name={name} act={act} busy={busy} problem={problem} onAct={onAct} />
  </Dialog>
)

const NameToAct = ({
  name,
  act,
  busy,
  problem,
  onAct,
}: {
  name: string
  act: string
  busy: boolean
  problem: string | undefined
  onAct: () => void
}) => {
  const [typed, setTyped] = useState('')
  const matches = typed.trim() === name
  return (
    <form
      className="mt-2 flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        if (matches && !busy) onAct()
      }}
    >
      <FormMessage>{problem}</FormMessage>
      <div className="flex items-end gap-2 max-sm:flex-col max-sm:items-stretch">
        <div className="flex-1">
          <TextField
            name="confirm"
            label={
              <>
                Type <code className="font-mono font-normal">{name}</code>
              </>
            }
            mono
            autoFocus
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
        {matches ? (
          <Button type="submit" tone="danger" busy={busy}>
            {act}
          </Button>
        ) : (
          <Button type="submit" tone="danger" offBecause={`Type ${name} to go on.`} showReason={false}>
            {act}
          </Button>
        )}
      </div>
    </form>
  )
}
