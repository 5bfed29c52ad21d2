'use client'
import { useQuery } from '@tanstack/react-query'
import { PageHeader } from '@/components/ui/page-header'
import { QueryState } from '@/components/ui/query-state'
import { Section, SectionBody } from '@/components/ui/section'
import { counted } from '@/lib/charts/format'
import { teamOptions } from '@/lib/teams/hooks'
import type { TeamView } from '@/lib/teams/schema'
import { NameForm } from './name-form'
import { RedactionForm } from './redaction-form'

export const TeamSettingsView = ({ team }: { team: string }) => {
  const query = useQuery(teamOptions({ team }))
  return (
    <>
      <PageHeader title="Team settings" verdict={query.data ? verdictOf(query.data) : undefined} />
      <QueryState query={query} what="settings" rows={3}>
        {(view) => (
          <>
            <Section title="Name and address">
              <SectionBody>
                <NameForm team={view} />
              </SectionBody>
            </Section>
            <Section title="Redaction" note="removed before anything is stored">
              <SectionBody>
                <RedactionForm team={view} />
              </SectionBody>
            </Section>
          </>
        )}
      </QueryState>
    </>
  )
}

const verdictOf = ({ name, redaction }: TeamView): string => {
  const rules = redaction.detectors.length + redaction.patterns.length + redaction.jsonPaths.length
  return rules === 0
    ? `${name} stores inputs and outputs as they are sent.`
    : `${counted(rules, 'rule removes', 'rules remove')} personal data before ${name} stores it.`
}
