'use client'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { DataTable, type Column } from '@/components/ui/data-table'
import { EmptyState } from '@/components/ui/empty-state'
import { PageHeader } from '@/components/ui/page-header'
import { Pager } from '@/components/ui/pager'
import { QueryState } from '@/components/ui/query-state'
import { TextLink } from '@/components/ui/text-link'
import { agentsOptions } from '@/lib/agents/hooks'
import type { AgentView } from '@/lib/agents/schema'
import { counted, formatAgo, formatDuration, formatTime, inWords } from '@/lib/charts/format'
import { paths } from '@/lib/paths'

// Loaded when it is opened: the first load of a page is kept small.
const CreateAgentDialog = dynamic(() => import('./create-agent-dialog').then((part) => part.CreateAgentDialog))

export const AgentList = ({
  team,
  cursor,
  now,
  canCreate,
}: {
  team: { slug: string; name: string }
  cursor: string | undefined
  now: string
  canCreate: boolean
}) => {
  const query = useQuery(agentsOptions({ team: team.slug, cursor }))
  const [creating, setCreating] = useState(false)
  const router = useRouter()
  const create = canCreate ? (
    <Button tone="primary" onClick={() => setCreating(true)}>
      Create agent
    </Button>
  ) : null
  return (
    <>
      <PageHeader title="Agents" verdict={verdictOf(query.data?.items, team.name, cursor)} aside={create} />
      <QueryState query={query} what="agents">
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <EmptyState
              title={`No agents in ${team.name}`}
              why="An agent appears with its first event. Create one here to give it a key before it sends."
            />
          ) : (
            <>
              <DataTable
                caption={`Agents of ${team.name}`}
                columns={columns(team.slug, new Date(now))}
                rows={items}
                rowKey={(agent) => agent.id}
                dim={query.isPlaceholderData}
              />
              <Pager
                first={cursor === undefined ? null : paths.agents({ team: team.slug })}
                next={nextCursor === null ? null : paths.agents({ team: team.slug, cursor: nextCursor })}
              />
            </>
          )
        }
      </QueryState>
      {creating ? (
        <CreateAgentDialog
          team={team.slug}
          onClose={() => setCreating(false)}
          onCreated={(agent) => router.push(paths.agent({ team: team.slug, agentId: agent.id }))}
        />
      ) : null}
    </>
  )
}

const verdictOf = (agents: readonly AgentView[] | undefined, team: string, cursor: string | undefined): string => {
  if (agents === undefined || cursor !== undefined) return ''
  if (agents.length === 0) return `No agents yet in ${team}. An agent appears with its first event.`
  const silent = agents.filter((agent) => agent.lastSeenAt === null).length
  if (silent === 0) return `${counted(agents.length, 'agent')}, all of them have sent data.`
  return silent === agents.length
    ? `${counted(agents.length, 'agent')}; none has sent data yet.`
    : `${counted(agents.length, 'agent')}; ${counted(silent, 'has', 'have')} sent no data yet.`
}

const columns = (team: string, now: Date): readonly Column<AgentView>[] => [
  {
    key: 'name',
    kind: 'name',
    head: 'Agent',
    cell: (agent) => (
      <span className="block max-w-80 min-w-36 truncate">
        <TextLink look="name" href={paths.agent({ team, agentId: agent.id })}>
          {agent.name}
        </TextLink>
      </span>
    ),
  },
  {
    key: 'description',
    kind: 'text',
    head: 'What it does',
    from: 'lg',
    cell: (agent) => <span className="block max-w-[48ch] truncate text-ink2">{agent.description || '–'}</span>,
  },
  {
    key: 'origin',
    kind: 'text',
    head: 'Registered',
    from: 'md',
    cell: (agent) => (
      <span className="text-ink2">{agent.origin === 'telemetry' ? 'by its first event' : 'in the console'}</span>
    ),
  },
  { key: 'keys', kind: 'number', head: 'Own keys', cell: (agent) => agent.keys },
  {
    key: 'idle',
    kind: 'number',
    head: 'Idle limit',
    from: 'md',
    cell: (agent) => inWords(formatDuration(agent.idleLimitSec * 1000)),
  },
  {
    key: 'seen',
    kind: 'number',
    head: 'Last data',
    cell: (agent) =>
      agent.lastSeenAt === null ? (
        <span className="text-ink3">none yet</span>
      ) : (
        <span title={`${formatTime(agent.lastSeenAt, now, 'seconds')} UTC`}>{formatAgo(agent.lastSeenAt, now)}</span>
      ),
  },
]
