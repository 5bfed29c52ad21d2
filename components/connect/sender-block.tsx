import { Fragment, type ReactNode } from 'react'
import { FigureText } from '@/components/ui/figure-text'
import { atLeast, formatAgo, formatCount, formatMoney, formatTime, formatTokens } from '@/lib/charts/format'
import type { SourceView } from '@/lib/sources/schema'
import { ROAD_NAMES, type Sender } from './arrivals'
import { isLent } from './gaps'

/** One sender: who it is, through what it sends, what came, and what its last interaction has cost. */
export const SenderBlock = ({ sender, now }: { sender: Sender; now: Date }) => {
  const { name, road, sources, lastSeenAt, lastTrace } = sender
  const modelCalls = sum(sources, (source) => source.modelCalls)
  return (
    <li className="border-b border-line px-6 py-2.5 max-sm:px-4">
      <div className="flex items-baseline gap-2">
        <h4 className="min-w-0 truncate font-key" title={name ?? undefined}>
          {name ?? <span className="font-normal text-ink2">without a name</span>}
        </h4>
        <span className="text-small whitespace-nowrap text-ink3">{ROAD_NAMES[road]}</span>
        <span
          className="ml-auto text-small whitespace-nowrap text-ink3"
          title={`${formatTime(lastSeenAt, now, 'seconds')} UTC`}
        >
          {formatAgo(lastSeenAt, now)}
        </span>
      </div>
      {scopesOf(sources).map(({ scope, version }) => (
        <p key={`${scope} ${version}`} className="font-mono text-small break-words text-ink2">
          {withBreaks(scope)} <span className="whitespace-nowrap text-ink3">{version}</span>
        </p>
      ))}
      <dl className="mt-1 grid grid-cols-[6.5rem_minmax(0,1fr)] gap-x-3 gap-y-0.5 text-small">
        <Line name="Spans">
          {formatCount(sum(sources, ({ spans }) => spans))}: {kindsOf(sources)}
        </Line>
        {modelCalls === 0 ? null : (
          <>
            <Line name="Model calls">{callsOf(modelCalls, [...new Set(sources.flatMap(({ models }) => models))])}</Line>
            <Line name="Tokens">{tokensOf(sources)}</Line>
          </>
        )}
        <Interaction lastTrace={lastTrace} />
      </dl>
    </li>
  )
}

const LAST = 'Last interaction'

const Interaction = ({ lastTrace }: { lastTrace: SourceView['lastTrace'] }) => {
  if (lastTrace === null) {
    return (
      <Line name={LAST}>
        <span className="text-ink3">not known any more</span>
      </Line>
    )
  }
  if (!lastTrace.isAttributed) {
    return (
      <Line name={LAST}>
        <span className="text-warn">none named</span>
      </Line>
    )
  }
  const { interactionId, result, totals } = lastTrace
  if (interactionId === null) return <Line name={LAST}>several in one trace</Line>
  return (
    <>
      <Line name={LAST}>
        <code className="block truncate font-mono" title={interactionId}>
          {interactionId}
        </code>
      </Line>
      <Line name="Outcome">{result ?? <span className="text-ink3">none yet</span>}</Line>
      {totals === null || totals.modelCalls === 0 ? null : (
        <Line name="Cost">
          <FigureText
            figure={
              totals.callsWithoutCost > 0
                ? atLeast(formatMoney(totals.costUsd, 'each'))
                : formatMoney(totals.costUsd, 'each')
            }
          />
          {result === null ? <span className="text-ink3"> so far</span> : null}
        </Line>
      )}
    </>
  )
}

const Line = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt className="text-ink3">{name}</dt>
    <dd className="min-w-0 break-words">{children}</dd>
  </>
)

const kindsOf = (sources: readonly SourceView[]): string => {
  const all = new Map<string, number>()
  for (const [kind, count] of sources.flatMap(({ kinds }) => Object.entries(kinds))) {
    all.set(kind, (all.get(kind) ?? 0) + count)
  }
  return [...all]
    .toSorted(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${formatCount(count)} ${kind}`)
    .join(', ')
}

const MODELS_SHOWN = 3

const callsOf = (calls: number, models: readonly string[]): string => {
  if (models.length === 0) return `${formatCount(calls)}, of no named model`
  const more = models.length > MODELS_SHOWN ? ` and ${models.length - MODELS_SHOWN} more` : ''
  return `${formatCount(calls)} of ${models.slice(0, MODELS_SHOWN).join(', ')}${more}`
}

const tokensOf = (sources: readonly SourceView[]): ReactNode => {
  const input = sum(sources, ({ inputTokens }) => inputTokens)
  const output = sum(sources, ({ outputTokens }) => outputTokens)
  if (input + output === 0) {
    return <span className="text-ink3">{sources.some(isLent) ? 'counted on the turns' : 'unknown'}</span>
  }
  return (
    <>
      <FigureText figure={formatTokens(input)} /> in, <FigureText figure={formatTokens(output)} /> out
    </>
  )
}

/** Long names break after their dots and slashes, not in the middle of a word. */
const withBreaks = (name: string): ReactNode =>
  name.split(/(?<=[./:])/).map((part, n) => (
    <Fragment key={n}>
      {n === 0 ? null : <wbr />}
      {part}
    </Fragment>
  ))

const scopesOf = (sources: readonly SourceView[]): { scope: string; version: string | null }[] =>
  sources.flatMap(({ scope, scopeVersion }) => (scope === null ? [] : [{ scope, version: scopeVersion }]))

const sum = (sources: readonly SourceView[], of: (source: SourceView) => number): number =>
  sources.reduce((total, source) => total + of(source), 0)
