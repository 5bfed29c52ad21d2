'use client'
import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'next/navigation'
import { useState } from 'react'
import type { KeyRights } from '@/components/agents/key-section'
import { CodeBlock } from '@/components/ui/code-block'
import { PageHeader } from '@/components/ui/page-header'
import { Section } from '@/components/ui/section'
import { TextLink } from '@/components/ui/text-link'
import { keysOptions } from '@/lib/agents/hooks'
import type { NewKey } from '@/lib/agents/schema'
import { paths } from '@/lib/paths'
import { sourcesOptions } from '@/lib/sources/hooks'
import { frameworkOf, snippetsOf } from '@/lib/sources/snippets'
import { ArrivalPanel } from './arrival-panel'
import { arrivalsOf, connectVerdict } from './arrivals'
import { FrameworkPicker } from './framework-picker'
import { gapsOf } from './gaps'
import { KeyStep } from './key-step'
import { NamesTable } from './names-table'
import { Step } from './step'
import { useListening } from './use-listening'

/** Until there is a live stream. */
const POLL_MS = 2_000

/** From a key to the first span, and what of it was not understood. Framework and key are in the URL, a secret never is. */
export const ConnectView = ({
  team,
  rights,
  origin,
  now,
}: {
  team: { slug: string; name: string }
  rights: KeyRights
  origin: string
  now: string
}) => {
  const search = useSearchParams()
  const framework = frameworkOf(search.get('framework'))
  const [made, setMade] = useState<NewKey | null>(null)
  const keys = useQuery({ ...keysOptions({ team: team.slug, limit: 200 }), enabled: rights.see })
  const named = keys.data?.items.find(({ publicId }) => publicId === search.get('key'))
  const chosen = named ?? (made !== null && made.key.publicId === search.get('key') ? made.key : undefined)
  const secret = made !== null && made.key.publicId === chosen?.publicId ? made.secret : undefined

  const { isListening, goOn } = useListening()
  const query = useQuery(
    sourcesOptions({ team: team.slug, keyId: chosen?.publicId, everyMs: isListening ? POLL_MS : null }),
  )
  const hrefOf = (framework: string, key: string | undefined) => paths.connect({ team: team.slug, framework, key })
  // In place: what was made here, and the lines that carry it, stay.
  const show = (href: string) => window.history.replaceState(null, '', href)
  const reader = { origin, key: secret ?? `sbx_${chosen ? `${chosen.publicId}_` : ''}…`, now: new Date(now) }

  return (
    <>
      <PageHeader
        title="Connect"
        verdict={
          query.data ? connectVerdict(arrivalsOf(query.data.items, now), mattering(query.data.items)) : undefined
        }
        aside={
          <span className="xl:hidden">
            <TextLink href="#arrivals">What arrives</TextLink>
          </span>
        }
      />
      <div className="grid grid-cols-[minmax(0,1fr)_25rem] max-xl:grid-cols-1">
        <div className="min-w-0 border-r border-line max-xl:border-r-0">
          <ol>
            <KeyStep
              team={team}
              rights={rights}
              apiKey={chosen}
              secret={secret}
              onChoose={(key) => show(hrefOf(framework.id, key))}
              onCreated={(next) => {
                setMade(next)
                show(hrefOf(framework.id, next.key.publicId))
              }}
            />
            <Step number="2" title="Set a few lines">
              <div className="mt-2">
                <FrameworkPicker
                  chosen={framework.id}
                  hrefOf={(id) => hrefOf(id, chosen?.publicId)}
                  onChoose={(id) => show(hrefOf(id, chosen?.publicId))}
                />
              </div>
              <p className="mt-3 max-w-[72ch]">{framework.note}</p>
              <div className="mt-2.5 flex max-w-208 flex-col gap-3">
                {snippetsOf(framework.id, reader).map(({ title, what, code }) => (
                  <CodeBlock key={what} title={title} what={what} code={code} />
                ))}
              </div>
            </Step>
          </ol>
          <Section title="Names that count" note="on any span of a trace, or on its resource">
            <NamesTable />
          </Section>
        </div>
        <ArrivalPanel
          query={query}
          team={team}
          keyName={chosen?.name}
          openedAt={now}
          isListening={isListening}
          onGoOn={() => {
            goOn()
            void query.refetch()
          }}
        />
      </div>
    </>
  )
}

const mattering = (sources: Parameters<typeof gapsOf>[0]): number =>
  gapsOf(sources).filter(({ status }) => status !== 'info').length
