'use client'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'
import { NoPermission } from '@/components/ui/no-permission'
import { QueryState } from '@/components/ui/query-state'
import { Section } from '@/components/ui/section'
import { keysOptions } from '@/lib/agents/hooks'
import type { KeyView, NewKey } from '@/lib/agents/schema'
import { KeyTable } from './key-table'

// Loaded when it is opened: the first load of a page is kept small.
const CreateKeyDialog = dynamic(() => import('./create-key-dialog').then((part) => part.CreateKeyDialog))
const RevokeKeyDialog = dynamic(() => import('./revoke-key-dialog').then((part) => part.RevokeKeyDialog))
const RotateKeyDialog = dynamic(() => import('./rotate-key-dialog').then((part) => part.RotateKeyDialog))
const loadSecretDialog = () => import('./secret-dialog')
const SecretDialog = dynamic(() => loadSecretDialog().then((part) => part.SecretDialog))

/** What the person may do with keys in this team, worked out by the server from the one table of permissions. */
export type KeyRights = { see: boolean; manage: boolean; manageProduction: boolean }

type Open =
  | { what: 'create' }
  | { what: 'rotate'; key: KeyView }
  | { what: 'revoke'; key: KeyView }
  | { what: 'secret'; made: NewKey }

/** Keys of one agent, or all keys of the team: create, rotate with overlap, revoke; a secret is shown once. */
export const KeySection = ({
  team,
  agent,
  rights,
  now,
}: {
  team: { slug: string; name: string }
  agent?: { id: string; name: string }
  rights: KeyRights
  now: string
}) => {
  const query = useQuery({
    ...keysOptions({ team: team.slug, ...(agent ? { agentId: agent.id } : {}), limit: 200 }),
    enabled: rights.see,
  })
  const [open, setOpen] = useState<Open | null>(null)
  const close = () => setOpen(null)
  const openWith = (next: Open) => {
    void loadSecretDialog() // there before a secret is made: it is shown once
    setOpen(next)
  }
  const shown = (made: NewKey) => setOpen({ what: 'secret', made })
  const create = rights.manage ? <Button onClick={() => openWith({ what: 'create' })}>Create key</Button> : null
  return (
    <Section
      title={agent ? `Keys of ${agent.name}` : `Keys of ${team.name}`}
      note={agent ? 'Keys for every agent of the team are on the Agents page.' : undefined}
      act={create}
    >
      {rights.see ? (
        <QueryState query={query} what="keys" rows={3}>
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState
                title="No keys yet"
                why={
                  agent
                    ? 'With a key of its own, what this agent sends is counted as this agent’s, whatever its events say.'
                    : 'A key lets agents send events and read figures. Its secret is shown once, when it is made.'
                }
              />
            ) : (
              <KeyTable
                keys={items}
                showAgent={agent === undefined}
                rights={rights}
                now={new Date(now)}
                onRotate={(key) => openWith({ what: 'rotate', key })}
                onRevoke={(key) => setOpen({ what: 'revoke', key })}
              />
            )
          }
        </QueryState>
      ) : (
        <NoPermission
          title="You may not see keys"
          who={`Leads and engineers of ${team.name} can. Ask one of them for a key, or for another role.`}
        />
      )}
      {open?.what === 'create' ? (
        <CreateKeyDialog team={team} agent={agent} rights={rights} onClose={close} onCreated={shown} />
      ) : null}
      {open?.what === 'rotate' ? (
        <RotateKeyDialog team={team.slug} apiKey={open.key} onClose={close} onRotated={shown} />
      ) : null}
      {open?.what === 'revoke' ? (
        <RevokeKeyDialog team={team.slug} apiKey={open.key} now={new Date(now)} onClose={close} />
      ) : null}
      {open?.what === 'secret' ? <SecretDialog made={open.made} onClose={close} /> : null}
    </Section>
  )
}
