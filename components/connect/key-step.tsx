'use client'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { ChevronDown } from 'lucide-react'
import { useState, type ComponentPropsWithRef } from 'react'
import type { KeyRights } from '@/components/agents/key-section'
import { Button } from '@/components/ui/button'
import { buttonStyle } from '@/components/ui/button-style'
import { CopyField } from '@/components/ui/copy-field'
import { Icon } from '@/components/ui/icon'
import { Menu } from '@/components/ui/menu'
import { QueryState } from '@/components/ui/query-state'
import { keysOptions } from '@/lib/agents/hooks'
import type { KeyView, NewKey } from '@/lib/agents/schema'
import { Step } from './step'

// Loaded when it is opened: the first load of a page is kept small.
const CreateKeyDialog = dynamic(() =>
  import('@/components/agents/create-key-dialog').then((part) => part.CreateKeyDialog),
)

/** Which key sends. One that is made here is known whole until the page is left; of others only the public part is. */
export const KeyStep = ({
  team,
  rights,
  apiKey,
  secret,
  onChoose,
  onCreated,
}: {
  team: { slug: string; name: string }
  rights: KeyRights
  apiKey: { publicId: string; name: string } | undefined
  secret: string | undefined
  onChoose: (keyId: string | undefined) => void
  onCreated: (made: NewKey) => void
}) => {
  const query = useQuery({ ...keysOptions({ team: team.slug, limit: 200 }), enabled: rights.see })
  const [isCreating, setCreating] = useState(false)
  if (!rights.see) {
    return (
      <Step number="1" title="Ask for a key">
        <p className="max-w-[72ch]">
          You may not see keys. Leads and engineers of {team.name} can make one with the scope ingest; its secret is
          shown to them once. Put it in place of <code className="font-mono text-small">sbx_…</code> below.
        </p>
      </Step>
    )
  }
  const canChoose = apiKey !== undefined || (query.data?.items.some(canSend) ?? false)
  return (
    <Step
      number="1"
      title={secret ? 'Key made' : apiKey ? 'Key chosen' : canChoose ? 'Choose or create a key' : 'Create a key'}
      state={apiKey ? 'done' : 'open'}
    >
      <QueryState query={query} what="keys" rows={1}>
        {({ items }) => (
          <div className="mt-1.5 flex flex-wrap items-center gap-2">
            {canChoose ? (
              <Menu
                trigger={<KeyTrigger name={apiKey?.name ?? ANY_NAME} />}
                groups={[
                  {
                    label: 'Keys that may send',
                    choices: choicesOf(items),
                    value: apiKey?.publicId ?? ANY,
                    onChange: (next) => onChoose(next === ANY ? undefined : next),
                  },
                ]}
              />
            ) : (
              <span className="text-ink2">No key of {team.name} may send yet.</span>
            )}
            {rights.manage ? (
              <Button tone={canChoose ? 'secondary' : 'primary'} onClick={() => setCreating(true)}>
                Create key
              </Button>
            ) : null}
          </div>
        )}
      </QueryState>
      {secret === undefined ? (
        <p className="mt-1.5 text-small">{hintOf(team.name, rights.manage, canChoose)}</p>
      ) : (
        <div className="mt-3 max-w-208">
          <CopyField
            label="Whole key, shown until you leave this page"
            value={secret}
            what="Key"
            hint="Store it now: only its hash is kept, so nobody can show it again. The lines below carry it."
          />
        </div>
      )}
      {isCreating ? (
        <CreateKeyDialog
          team={team}
          agent={undefined}
          rights={rights}
          onClose={() => setCreating(false)}
          onCreated={(made) => {
            setCreating(false)
            onCreated(made)
          }}
        />
      ) : null}
    </Step>
  )
}

/** Spread onto a plain button: the menu hands over its own handlers and state. */
const KeyTrigger = ({ name, ...props }: { name: string } & ComponentPropsWithRef<'button'>) => (
  <button
    {...props}
    type="button"
    aria-label={`Key that sends: ${name}`}
    className={`${buttonStyle('secondary')} max-w-full min-w-56 shrink max-sm:w-full`}
  >
    <span className="min-w-0 flex-1 truncate text-left">{name}</span>
    <Icon of={ChevronDown} className="text-ink3" />
  </button>
)

const hintOf = (team: string, canMake: boolean, canChoose: boolean): string => {
  if (!canChoose) {
    return canMake
      ? 'Its secret is shown here once, and stands in the lines below.'
      : `Leads and engineers of ${team} can make one.`
  }
  return canMake
    ? 'The secret of a key is shown once. Of a key made before, put your own copy in place of the … below.'
    : `Leads and engineers of ${team} can make keys. Put your own copy in place of the … below.`
}

const ANY = 'any'
const ANY_NAME = 'Any key of the team'
const canSend = (key: KeyView): boolean => key.state === 'active' && key.scopes.includes('ingest')

const choicesOf = (keys: readonly KeyView[]): { value: string; label: string }[] => [
  { value: ANY, label: ANY_NAME },
  ...keys.filter(canSend).map((key) => ({ value: key.publicId, label: `${key.name}, ${key.environment}` })),
]
