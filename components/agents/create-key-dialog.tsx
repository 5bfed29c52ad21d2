'use client'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { CheckboxField } from '@/components/ui/checkbox-field'
import { Dialog } from '@/components/ui/dialog'
import { FormMessage } from '@/components/ui/form-message'
import { formProblem } from '@/components/ui/form-problem'
import { SelectField } from '@/components/ui/select-field'
import { TextField } from '@/components/ui/text-field'
import { PRODUCTION } from '@/lib/agents/environment'
import { useCreateKey } from '@/lib/agents/hooks'
import type { NewKey } from '@/lib/agents/schema'
import { KEY_SCOPES, type KeyScope } from '@/lib/auth/permissions'
import { EXPIRY_CHOICES, expiresAt, type Expiry } from './expiry'
import type { KeyRights } from './key-section'

const SCOPE_NOTES = {
  ingest: 'Send events.',
  read: 'Read metrics, interactions and traces.',
  authorize: 'Ask before acting, and wait for approvals.',
  prompts: 'Fetch prompts.',
  releases: 'Register releases.',
  tools: 'Declare tools.',
  gateway: 'Call models through the gateway.',
} as const satisfies Record<KeyScope, string>

export const CreateKeyDialog = ({
  team,
  agent,
  rights,
  onClose,
  onCreated,
}: {
  team: { slug: string; name: string }
  agent: { id: string; name: string } | undefined
  rights: KeyRights
  onClose: () => void
  onCreated: (made: NewKey) => void
}) => {
  const create = useCreateKey({ team: team.slug })
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<readonly KeyScope[]>(['ingest', 'read'])
  const [environment, setEnvironment] = useState<string>(rights.manageProduction ? PRODUCTION : 'staging')
  const [expiry, setExpiry] = useState<Expiry>('90')
  const offBecause = whyOff(scopes, environment, rights)
  const submit = () => {
    if (create.isPending || offBecause !== undefined) return
    const body = {
      name,
      scopes: [...scopes],
      environment,
      agentId: agent?.id ?? null,
      expiresAt: expiresAt(expiry, new Date()),
    }
    create.mutate(body, { onSuccess: onCreated })
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Create key"
      description={agent ? `Works for ${agent.name} only.` : `Works for every agent of ${team.name}.`}
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        <TextField
          label="Name"
          name="name"
          hint="Where it will be used, for example billing-worker."
          required
          autoFocus
          value={name}
          problem={create.error?.fieldMessage('name')}
          onChange={(event) => setName(event.target.value)}
        />
        <fieldset>
          <legend className="mb-1 text-small font-key">What it may do</legend>
          <div className="grid grid-cols-2 gap-x-6 max-sm:grid-cols-1">
            {KEY_SCOPES.map((scope) => (
              <CheckboxField
                key={scope}
                label={scope}
                note={SCOPE_NOTES[scope]}
                checked={scopes.includes(scope)}
                onChange={(on) => setScopes(on ? [...scopes, scope] : scopes.filter((one) => one !== scope))}
              />
            ))}
          </div>
        </fieldset>
        <div className="grid grid-cols-2 gap-4 max-sm:grid-cols-1">
          <TextField
            label="Environment"
            name="environment"
            hint={rights.manageProduction ? 'production, or a name of your own.' : 'Any name but production.'}
            required
            spellCheck={false}
            value={environment}
            problem={create.error?.fieldMessage('environment')}
            onChange={(event) => setEnvironment(event.target.value)}
          />
          <SelectField label="Expires" name="expiry" value={expiry} onChange={setExpiry} choices={EXPIRY_CHOICES} />
        </div>
        <FormMessage>{formProblem(create.error)}</FormMessage>
        <span className="flex flex-wrap gap-2">
          {offBecause === undefined ? (
            <Button type="submit" tone="primary" busy={create.isPending}>
              Create key
            </Button>
          ) : (
            <Button type="submit" tone="primary" offBecause={offBecause}>
              Create key
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
        </span>
      </form>
    </Dialog>
  )
}

const whyOff = (scopes: readonly KeyScope[], environment: string, rights: KeyRights): string | undefined => {
  if (scopes.length === 0) return 'Choose at least one thing it may do.'
  if (environment === PRODUCTION && !rights.manageProduction) return 'Keys of production are for team leads.'
  return undefined
}
