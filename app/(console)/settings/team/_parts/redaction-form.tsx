'use client'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { CheckboxField } from '@/components/ui/checkbox-field'
import { FormMessage } from '@/components/ui/form-message'
import { useToast } from '@/components/ui/toast'
import { counted } from '@/lib/charts/format'
import type { DetectorName } from '@/lib/redaction/schema'
import { useChangeTeam } from '@/lib/teams/hooks'
import type { TeamView } from '@/lib/teams/schema'

const DETECTORS = [
  { name: 'email', label: 'E-mail addresses' },
  { name: 'phone', label: 'Telephone numbers' },
  { name: 'card', label: 'Card numbers', note: 'Only those whose check digit is right.' },
  { name: 'iban', label: 'Bank accounts (IBAN)', note: 'Only those whose check digits are right.' },
] as const satisfies readonly { name: DetectorName; label: string; note?: string }[]

/** Switches the named detectors. Patterns and JSON paths are set over the API and are kept as they are. */
export const RedactionForm = ({ team }: { team: TeamView }) => {
  const change = useChangeTeam({ team: team.slug })
  const toast = useToast()
  const [chosen, setChosen] = useState<ReadonlySet<DetectorName>>(new Set(team.redaction.detectors))
  const detectors = DETECTORS.map((detector) => detector.name).filter((name) => chosen.has(name))
  const isSame =
    detectors.length === team.redaction.detectors.length && team.redaction.detectors.every((name) => chosen.has(name))
  const own = team.redaction.patterns.length + team.redaction.jsonPaths.length
  const toggle = (name: DetectorName, on: boolean) => {
    const next = new Set(chosen)
    if (on) next.add(name)
    else next.delete(name)
    setChosen(next)
  }
  const save = () =>
    change.mutate(
      { redaction: { ...team.redaction, detectors } },
      { onSuccess: () => toast.done('Redaction was changed', 'It counts for what arrives from now on.') },
    )
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (!change.isPending && !isSame) save()
      }}
    >
      <fieldset>
        <legend className="mb-1.5 text-pretty text-ink2">
          Found in inputs, outputs, attributes, messages and arguments, and replaced by a short hash such as{' '}
          <code className="font-mono text-small whitespace-nowrap">‹email:1f3a9c02›</code>. What is stored already stays
          as it is.
        </legend>
        {DETECTORS.map(({ name, label, ...rest }) => (
          <CheckboxField
            key={name}
            label={label}
            note={'note' in rest ? rest.note : undefined}
            checked={chosen.has(name)}
            onChange={(on) => toggle(name, on)}
          />
        ))}
      </fieldset>
      {own === 0 ? null : (
        <p className="text-small text-ink2">
          {counted(own, 'rule')} of your own, set over the API, count beside these.
        </p>
      )}
      <FormMessage>{change.error?.message}</FormMessage>
      {isSame ? (
        <Button type="submit" tone="primary" offBecause="Nothing is changed.">
          Save redaction
        </Button>
      ) : (
        <span>
          <Button type="submit" tone="primary" busy={change.isPending}>
            Save redaction
          </Button>
        </span>
      )}
    </form>
  )
}
