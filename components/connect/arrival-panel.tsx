'use client'
import type { UseQueryResult } from '@tanstack/react-query'
import { Button } from '@/components/ui/button'
import { ButtonLink } from '@/components/ui/button-link'
import { QueryState } from '@/components/ui/query-state'
import { StatusMark, type Status } from '@/components/ui/status-mark'
import type { Page } from '@/lib/core/page'
import { paths } from '@/lib/paths'
import type { SourceView } from '@/lib/sources/schema'
import { arrivalsOf, sendersOf, type Arrivals } from './arrivals'
import { GapList } from './gap-list'
import { gapsOf } from './gaps'
import { SenderBlock } from './sender-block'
import { WhatFillsIn } from './what-fills-in'

type Props = {
  query: UseQueryResult<Page<SourceView>>
  team: { slug: string; name: string }
  /** Name of the key that is listened to; undefined = every key of the team. */
  keyName: string | undefined
  openedAt: string
  isListening: boolean
  onGoOn: () => void
}

/** What arrives, while you look: who sends it, what it holds, and what was not understood. */
export const ArrivalPanel = (props: Props) => (
  <section
    id="arrivals"
    aria-label="What arrives"
    tabIndex={0}
    className="scroll-mt-11 focus-visible:-outline-offset-2 xl:sticky xl:top-11 xl:max-h-[calc(100dvh-2.75rem)] xl:self-start xl:overflow-y-auto"
  >
    <QueryState query={props.query} what="arrivals" rows={3}>
      {({ items }) => <Arrived {...props} sources={items} arrivals={arrivalsOf(items, props.openedAt)} />}
    </QueryState>
  </section>
)

const Arrived = ({
  sources,
  arrivals,
  query,
  team,
  keyName,
  isListening,
  onGoOn,
}: Props & { sources: readonly SourceView[]; arrivals: Arrivals }) => {
  const gaps = gapsOf(sources)
  const now = new Date(query.dataUpdatedAt)
  const isCut = isListening && query.isRefetchError
  const head = isCut ? NOT_LIVE : headOf(arrivals, isListening)
  return (
    <>
      <div className="border-b border-line px-6 py-3 max-sm:px-4">
        <div role="status">
          <h2 className="flex items-center gap-2 font-section">
            <StatusMark status={head.status} />
            {head.title}
          </h2>
          <p className="max-w-[72ch] text-pretty text-ink2">
            {isCut ? 'It asks again by itself every two seconds.' : leadOf(arrivals, team.name, keyName, isListening)}
          </p>
        </div>
        {isListening && arrivals.state === 'waiting' ? null : (
          <p className="mt-2 flex flex-wrap gap-2">
            {arrivals.state === 'waiting' ? null : (
              <ButtonLink
                href={paths.releases({ team: team.slug })}
                tone={arrivals.state === 'arrived' ? 'primary' : 'secondary'}
              >
                Open the figures
              </ButtonLink>
            )}
            {isListening ? null : <Button onClick={onGoOn}>Listen again</Button>}
          </p>
        )}
      </div>
      <GapList title="To put right" gaps={gaps.filter(({ status }) => status !== 'info')} />
      {arrivals.state === 'waiting' ? (
        <WhatFillsIn />
      ) : (
        <>
          <h3 className="border-b border-line px-6 pt-3 pb-1.5 font-section max-sm:px-4">What arrived</h3>
          <ul aria-label="What arrived">
            {sendersOf(arrivals.sources).map((sender) => (
              <SenderBlock key={sender.id} sender={sender} now={now} />
            ))}
          </ul>
        </>
      )}
      <GapList title="Good to know" gaps={gaps.filter(({ status }) => status === 'info')} />
    </>
  )
}

const HEADS = {
  waiting: { status: 'stale', title: 'Waiting for the first span' },
  earlier: { status: 'stale', title: 'Listening for the next span' },
  arrived: { status: 'ok', title: 'Arrived' },
} as const satisfies Record<Arrivals['state'], { status: Status; title: string }>

const NOT_LIVE = { status: 'warning', title: 'Not live' } as const

const headOf = ({ state }: Arrivals, isListening: boolean): { status: Status; title: string } => {
  if (isListening) return HEADS[state]
  return { status: 'off', title: state === 'arrived' ? HEADS.arrived.title : 'Not listening any more' }
}

const leadOf = (arrivals: Arrivals, team: string, keyName: string | undefined, isListening: boolean): string => {
  const from = keyName === undefined ? `any key of ${team}` : `the key ${keyName}`
  if (!isListening && arrivals.state !== 'arrived') return `Nothing came from ${from} for ten minutes.`
  if (arrivals.state === 'waiting')
    return `From ${from}. This page changes by itself within two seconds. A wrong key gets 401, which you see where you sent it from.`
  if (arrivals.state === 'earlier') return `From ${from}. What is below came before you opened this page.`
  return `From ${from}. Counts are of arrivals, up to five seconds behind.`
}
