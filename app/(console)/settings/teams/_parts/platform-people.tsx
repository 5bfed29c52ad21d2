'use client'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { ROLE_NAMES } from '@/components/frame/viewer'
import { Button } from '@/components/ui/button'
import { DataTable, type Column } from '@/components/ui/data-table'
import { QueryState } from '@/components/ui/query-state'
import { Section } from '@/components/ui/section'
import { formatCount, formatTime } from '@/lib/charts/format'
import { peopleOptions } from '@/lib/teams/hooks'
import type { PersonView } from '@/lib/teams/schema'

// Loaded when it is opened: the first load of a page is kept small.
const InviteToPlatform = dynamic(() =>
  import('@/components/people/invite-dialog').then((part) => part.InviteToPlatform),
)

/** Everybody with an account, and who of them sees every team. */
export const PlatformPeople = ({ now, canManage }: { now: string; canManage: boolean }) => {
  const query = useQuery(peopleOptions())
  const [inviting, setInviting] = useState(false)
  return (
    <Section
      title="People of the platform"
      note={query.data?.nextCursor ? 'the first 50; the rest over the API' : undefined}
      act={canManage ? <Button onClick={() => setInviting(true)}>Invite to the platform</Button> : undefined}
    >
      <QueryState query={query} what="people">
        {({ items }) => (
          <DataTable
            caption="People of the platform"
            columns={columns(new Date(now))}
            rows={items}
            rowKey={(person) => person.personId}
          />
        )}
      </QueryState>
      {inviting ? <InviteToPlatform onClose={() => setInviting(false)} /> : null}
    </Section>
  )
}

const columns = (now: Date): readonly Column<PersonView>[] => [
  {
    key: 'name',
    kind: 'name',
    head: 'Name',
    cell: (person) => (
      <span className="block max-w-72 min-w-32 truncate max-sm:max-w-44">
        {person.name}
        <span className="block truncate text-small font-normal text-ink3">{person.email}</span>
      </span>
    ),
  },
  {
    key: 'role',
    kind: 'text',
    head: 'In every team',
    cell: ({ platformRole }) =>
      platformRole === null ? (
        <span className="text-ink3">–</span>
      ) : (
        <span className="block first-letter:uppercase">{ROLE_NAMES[platformRole]}</span>
      ),
  },
  { key: 'teams', kind: 'number', head: 'Member of', cell: (person) => formatCount(person.teams) },
  {
    key: 'created',
    kind: 'number',
    head: 'Joined',
    from: 'sm',
    cell: (person) => formatTime(person.createdAt, now, 'day'),
  },
]
