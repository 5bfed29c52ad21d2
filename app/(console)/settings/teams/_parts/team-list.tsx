'use client'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { ROLE_NAMES } from '@/components/frame/viewer'
import { Button } from '@/components/ui/button'
import { DataTable, type Column } from '@/components/ui/data-table'
import { EmptyState } from '@/components/ui/empty-state'
import { PageHeader } from '@/components/ui/page-header'
import { Pager } from '@/components/ui/pager'
import { QueryState } from '@/components/ui/query-state'
import { TextLink } from '@/components/ui/text-link'
import { counted, formatTime } from '@/lib/charts/format'
import { paths } from '@/lib/paths'
import { teamsOptions } from '@/lib/teams/hooks'
import type { TeamSummary } from '@/lib/teams/schema'

// Loaded when it is opened: the first load of a page is kept small.
const CreateTeamDialog = dynamic(() => import('./create-team-dialog').then((part) => part.CreateTeamDialog))

export const TeamList = ({
  team,
  cursor,
  now,
  canCreate,
}: {
  team: string
  cursor: string | undefined
  now: string
  canCreate: boolean
}) => {
  const query = useQuery(teamsOptions({ cursor }))
  const [creating, setCreating] = useState(false)
  const one = query.data && query.data.nextCursor === null && cursor === undefined
  return (
    <>
      <PageHeader
        title="Teams"
        verdict={one ? `${counted(query.data.items.length, 'team')} on this platform.` : undefined}
        aside={
          canCreate ? (
            <Button tone="primary" onClick={() => setCreating(true)}>
              Create team
            </Button>
          ) : null
        }
      />
      <QueryState query={query} what="teams">
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <EmptyState title="No teams yet" why="A team owns agents, keys and people." />
          ) : (
            <>
              <DataTable caption="Teams" columns={columns(new Date(now))} rows={items} rowKey={(one) => one.id} />
              <Pager
                first={cursor === undefined ? null : paths.teams({ team })}
                next={nextCursor === null ? null : paths.teams({ team, cursor: nextCursor })}
              />
            </>
          )
        }
      </QueryState>
      {creating ? <CreateTeamDialog onClose={() => setCreating(false)} /> : null}
    </>
  )
}

const columns = (now: Date): readonly Column<TeamSummary>[] => [
  {
    key: 'name',
    kind: 'name',
    head: 'Team',
    cell: (team) => (
      <span className="block max-w-80 min-w-32 truncate max-sm:max-w-40" title={team.name}>
        <TextLink look="name" href={paths.releases({ team: team.slug })}>
          {team.name}
        </TextLink>
      </span>
    ),
  },
  {
    key: 'slug',
    kind: 'text',
    head: 'In addresses',
    from: 'sm',
    cell: (team) => <code className="font-mono text-small text-ink2">{team.slug}</code>,
  },
  {
    key: 'role',
    kind: 'text',
    head: 'Your role',
    cell: (team) =>
      team.role === null ? (
        <span className="text-ink3">not a member</span>
      ) : (
        <span className="block first-letter:uppercase">{ROLE_NAMES[team.role]}</span>
      ),
  },
  {
    key: 'created',
    kind: 'number',
    head: 'Created',
    from: 'sm',
    cell: (team) => formatTime(team.createdAt, now, 'day'),
  },
  {
    key: 'people',
    kind: 'act',
    head: 'People',
    cell: (team) => <TextLink href={paths.people({ team: team.slug })}>People</TextLink>,
  },
]
