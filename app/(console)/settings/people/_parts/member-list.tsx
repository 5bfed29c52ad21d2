'use client'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { ROLE_NAMES, ROLE_NOTES } from '@/components/frame/viewer'
import { Button } from '@/components/ui/button'
import { DataTable, type Column } from '@/components/ui/data-table'
import { EmptyState } from '@/components/ui/empty-state'
import { PageHeader } from '@/components/ui/page-header'
import { Pager } from '@/components/ui/pager'
import { QueryState } from '@/components/ui/query-state'
import { counted, formatTime } from '@/lib/charts/format'
import { paths } from '@/lib/paths'
import { membersOptions } from '@/lib/teams/hooks'
import type { MemberView } from '@/lib/teams/schema'
import { InviteButton } from './invite-button'

// Loaded when it is opened: the first load of a page is kept small.
const ChangeRoleDialog = dynamic(() => import('./change-role-dialog').then((part) => part.ChangeRoleDialog))
const RemoveMemberDialog = dynamic(() => import('./remove-member-dialog').then((part) => part.RemoveMemberDialog))

type Open = { what: 'role' | 'remove'; member: MemberView }

export const MemberList = ({
  team,
  cursor,
  now,
  canManage,
  me,
}: {
  team: { slug: string; name: string }
  cursor: string | undefined
  now: string
  canManage: boolean
  me: string
}) => {
  const query = useQuery(membersOptions({ team: team.slug, cursor }))
  const [open, setOpen] = useState<Open | null>(null)
  const close = () => setOpen(null)
  const acts = canManage ? (member: MemberView, what: Open['what']) => setOpen({ what, member }) : null
  return (
    <>
      <PageHeader
        title="People"
        verdict={cursor === undefined && query.data ? verdictOf(query.data.items, team.name) : undefined}
        aside={canManage ? <InviteButton team={team} /> : null}
      />
      <QueryState query={query} what="people">
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <EmptyState title={`Nobody is in ${team.name} yet`} why="People join a team by an invitation link." />
          ) : (
            <>
              <DataTable
                caption={`People of ${team.name}`}
                columns={columns(new Date(now), me, acts)}
                rows={items}
                rowKey={(member) => member.personId}
              />
              <Pager
                first={cursor === undefined ? null : paths.people({ team: team.slug })}
                next={nextCursor === null ? null : paths.people({ team: team.slug, cursor: nextCursor })}
              />
            </>
          )
        }
      </QueryState>
      {open?.what === 'role' ? <ChangeRoleDialog team={team} member={open.member} onClose={close} /> : null}
      {open?.what === 'remove' ? <RemoveMemberDialog team={team} member={open.member} onClose={close} /> : null}
    </>
  )
}

const verdictOf = (members: readonly MemberView[], team: string): string => {
  const leads = members.filter((member) => member.role === 'LEAD').length
  const people = `${counted(members.length, 'person', 'people')} in ${team}`
  return leads === 0 ? `${people}; nobody leads it.` : `${people}; ${counted(leads, 'lead')}.`
}

const columns = (
  now: Date,
  me: string,
  act: ((member: MemberView, what: Open['what']) => void) | null,
): readonly Column<MemberView>[] => [
  {
    key: 'name',
    kind: 'name',
    head: 'Name',
    cell: (member) => (
      <span className="block max-w-72 min-w-32 truncate max-sm:max-w-40">
        {member.name}
        {member.personId === me ? <span className="font-normal text-ink3"> you</span> : null}
        <span className="block truncate text-small font-normal text-ink3">{member.email}</span>
      </span>
    ),
  },
  {
    key: 'role',
    kind: 'text',
    head: 'Role',
    cell: (member) => (
      <span>
        <span className="block first-letter:uppercase">{ROLE_NAMES[member.role]}</span>
        <span className="block text-small text-ink3 max-md:hidden">{ROLE_NOTES[member.role]}</span>
      </span>
    ),
  },
  {
    key: 'groups',
    kind: 'text',
    head: 'Approves for',
    from: 'md',
    cell: (member) => (member.groups.length === 0 ? <span className="text-ink3">–</span> : member.groups.join(', ')),
  },
  {
    key: 'joined',
    kind: 'number',
    head: 'Joined',
    from: 'sm',
    cell: (member) => formatTime(member.joinedAt, now, 'day'),
  },
  ...(act === null
    ? []
    : [
        {
          key: 'acts',
          kind: 'act',
          head: 'What to do',
          cell: (member: MemberView) => (
            <span className="inline-flex gap-1.5 max-sm:flex-col">
              <Button size="small" onClick={() => act(member, 'role')} aria-label={`Change the role of ${member.name}`}>
                Role
              </Button>
              <Button size="small" onClick={() => act(member, 'remove')} aria-label={`Remove ${member.name}`}>
                Remove
              </Button>
            </span>
          ),
        } as const,
      ]),
]
