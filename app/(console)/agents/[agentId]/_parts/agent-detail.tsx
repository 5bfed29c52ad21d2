'use client'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { KeySection, type KeyRights } from '@/components/agents/key-section'
import { Button } from '@/components/ui/button'
import { PageHeader } from '@/components/ui/page-header'
import { QueryState } from '@/components/ui/query-state'
import { Section, SectionBody } from '@/components/ui/section'
import { agentOptions } from '@/lib/agents/hooks'
import type { AgentView } from '@/lib/agents/schema'
import { formatAgo, formatDuration, formatTime, inWords } from '@/lib/charts/format'
import { paths } from '@/lib/paths'

// Loaded when it is opened: the first load of a page is kept small.
const ChangeAgentForm = dynamic(() => import('./change-agent-form').then((part) => part.ChangeAgentForm))

export const AgentDetail = ({
  team,
  agentId,
  rights,
  canChange,
  now,
}: {
  team: { slug: string; name: string }
  agentId: string
  rights: KeyRights
  canChange: boolean
  now: string
}) => {
  const query = useQuery(agentOptions({ team: team.slug, agentId }))
  const [changing, setChanging] = useState(false)
  return (
    <>
      <PageHeader
        parent={{ name: 'Agents', href: paths.agents({ team: team.slug }) }}
        title={query.data?.name ?? 'Agent'}
        verdict={query.data ? verdictOf(query.data, new Date(now)) : undefined}
      />
      <QueryState query={query} what="agent" rows={3}>
        {(agent) => (
          <Section
            title="About"
            act={canChange && !changing ? <Button onClick={() => setChanging(true)}>Change agent</Button> : null}
          >
            {changing ? (
              <SectionBody>
                <ChangeAgentForm team={team.slug} agent={agent} onDone={() => setChanging(false)} />
              </SectionBody>
            ) : (
              <About agent={agent} now={new Date(now)} />
            )}
          </Section>
        )}
      </QueryState>
      {query.data ? (
        <KeySection team={team} agent={{ id: agentId, name: query.data.name }} rights={rights} now={now} />
      ) : null}
    </>
  )
}

const About = ({ agent, now }: { agent: AgentView; now: Date }) => (
  <dl className="grid grid-cols-[8rem_minmax(0,1fr)] gap-x-4 gap-y-2 border-b border-line px-6 py-3 max-sm:grid-cols-1 max-sm:gap-y-0 max-sm:px-4 [&>dd]:max-sm:mb-2">
    <dt className="text-ink2">What it does</dt>
    <dd className="max-w-[72ch]">{agent.description || <span className="text-ink3">not described</span>}</dd>
    <dt className="text-ink2">Idle limit</dt>
    <dd>
      {inWords(formatDuration(agent.idleLimitSec * 1000))}
      <span className="text-ink2"> after its last event an interaction without an outcome counts as abandoned</span>
    </dd>
    <dt className="text-ink2">Interactions</dt>
    <dd>
      {agent.traceIsInteraction
        ? 'A trace that names none is one of its own'
        : 'As named by its spans; the cost of a trace that names none is unattributed'}
    </dd>
    <dt className="text-ink2">Registered</dt>
    <dd>
      {formatTime(agent.createdAt, now)} UTC, {agent.origin === 'telemetry' ? 'by its first event' : 'in the console'}
    </dd>
    <dt className="text-ink2">Id</dt>
    <dd>
      <code className="font-mono text-small">{agent.id}</code>
    </dd>
  </dl>
)

const verdictOf = ({ lastSeenAt }: AgentView, now: Date): string => {
  if (lastSeenAt === null) return 'No data of it has arrived yet.'
  return `Its last data arrived ${formatAgo(lastSeenAt, now)}.`
}
