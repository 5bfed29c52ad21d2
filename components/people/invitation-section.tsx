'use client'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { ROLE_NAMES } from '@/components/frame/viewer'
import { Button } from '@/components/ui/button'
import { DataTable, type Column } from '@/components/ui/data-table'
import { EmptyState } from '@/components/ui/empty-state'
import { QueryState } from '@/components/ui/query-state'
import { Section } from '@/components/ui/section'
import { StatusChip } from '@/components/ui/status-chip'
import { formatTime } from '@/lib/charts/format'
import { invitationsOptions } from '@/lib/teams/hooks'
import type { InvitationView } from '@/lib/teams/schema'

// Loaded when it is opened: the first load of a page is kept small.
const WithdrawDialog = dynamic(() => import('./withdraw-dialog').then((part) => part.WithdrawDialog))

/** Who was invited and what became of it; without a team: to the platform. */
export const InvitationSection = ({ team, now }: { team?: { slug: string; name: string }; now: string }) => {
  const query = useQuery(invitationsOptions({ ...(team ? { team: team.slug } : {}) }))
  const [withdrawing, setWithdrawing] = useState<InvitationView | null>(null)
  return (
    <Section
      title={team ? 'Invitations' : 'Invitations to the platform'}
      note={query.data?.nextCursor ? 'the newest 50' : undefined}
    >
      <QueryState query={query} what="invitations" rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="No invitations yet" why="Invite a person: you get a link to pass on." />
          ) : (
            <DataTable
              caption={`Invitations to ${team?.name ?? 'the platform'}`}
              columns={columns(new Date(now), setWithdrawing)}
              rows={items}
              rowKey={(invitation) => invitation.id}
            />
          )
        }
      </QueryState>
      {withdrawing ? (
        <WithdrawDialog team={team?.slug} invitation={withdrawing} onClose={() => setWithdrawing(null)} />
      ) : null}
    </Section>
  )
}

const STATES = {
  open: ['waiting', 'Open'],
  accepted: ['ok', 'Accepted'],
  revoked: ['off', 'Withdrawn'],
  expired: ['off', 'Expired'],
} as const satisfies Record<InvitationView['state'], readonly [string, string]>

const columns = (now: Date, onWithdraw: (invitation: InvitationView) => void): readonly Column<InvitationView>[] => [
  {
    key: 'email',
    kind: 'name',
    head: 'E-mail',
    cell: (invitation) => (
      <span className="block max-w-72 min-w-32 truncate max-sm:max-w-36" title={invitation.email}>
        {invitation.email}
        <span className="block text-small font-normal text-ink3 first-letter:uppercase sm:hidden">
          {ROLE_NAMES[invitation.role]}
        </span>
      </span>
    ),
  },
  {
    key: 'role',
    kind: 'text',
    head: 'Role',
    from: 'sm',
    cell: (invitation) => <span className="block first-letter:uppercase">{ROLE_NAMES[invitation.role]}</span>,
  },
  {
    key: 'state',
    kind: 'text',
    head: 'State',
    cell: ({ state }) => <StatusChip status={STATES[state][0]}>{STATES[state][1]}</StatusChip>,
  },
  {
    key: 'expires',
    kind: 'number',
    head: 'Ends (UTC)',
    from: 'sm',
    cell: (invitation) => formatTime(invitation.expiresAt, now),
  },
  {
    key: 'acts',
    kind: 'act',
    head: 'What to do',
    cell: (invitation) =>
      invitation.state === 'open' ? (
        <Button
          size="small"
          onClick={() => onWithdraw(invitation)}
          aria-label={`Withdraw the invitation of ${invitation.email}`}
        >
          Withdraw
        </Button>
      ) : null,
  },
]
