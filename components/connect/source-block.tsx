import type { ReactNode } from 'react'
import { FigureText } from '@/components/ui/figure-text'
import { formatAge, formatCount, formatTime, formatTokens } from '@/lib/charts/format'
import type { SourceView } from '@/lib/sources/schema'
import { ROAD_NAMES } from './arrivals'

/** One source: who sends, through what, and what came. */
export const SourceBlock = ({ source, now }: { source: SourceView; now: Date }) => (
  <li className="border-b border-line px-6 py-2.5 max-sm:px-4">
    <div className="flex items-baseline gap-2">
      <h4 className="min-w-0 truncate font-key" title={source.service ?? undefined}>
        {source.service ?? <span className="font-normal text-ink2">without a name</span>}
      </h4>
      <span className="text-small text-ink3">{ROAD_NAMES[source.road]}</span>
      <span
        className="ml-auto text-small whitespace-nowrap text-ink3"
        title={`${formatTime(source.lastSeenAt, now, 'seconds')} UTC`}
      >
        {ageOf(source.lastSeenAt, now)}
      </span>
    </div>
    {source.scope === null ? null : (
      <p className="font-mono text-small break-words text-ink2">
        {source.scope} <span className="text-ink3">{source.scopeVersion}</span>
      </p>
    )}
    <dl className="mt-1 grid grid-cols-[6.5rem_minmax(0,1fr)] gap-x-3 text-small">
      <Line name="Spans">{formatCount(source.spans)}</Line>
      <Line name="Kinds">{kindsOf(source)}</Line>
      {source.modelCalls === 0 ? null : (
        <Line name="Model calls">
          {formatCount(source.modelCalls)}
          {source.models.length === 0 ? null : ` of ${source.models.slice(0, 3).join(', ')}`}
          {source.models.length > 3 ? ` and ${source.models.length - 3} more` : null}
        </Line>
      )}
      {source.modelCalls === 0 ? null : (
        <Line name="Tokens">
          {source.inputTokens + source.outputTokens === 0 ? (
            <span className="text-ink3">unknown</span>
          ) : (
            <>
              <FigureText figure={formatTokens(source.inputTokens)} /> in,{' '}
              <FigureText figure={formatTokens(source.outputTokens)} /> out
            </>
          )}
        </Line>
      )}
      <Line name="Interaction">{interactionOf(source)}</Line>
    </dl>
  </li>
)

const Line = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt className="text-ink3">{name}</dt>
    <dd className="min-w-0 break-words">{children}</dd>
  </>
)

const ageOf = (iso: string, now: Date): string => {
  const age = formatAge(iso, now)
  return age === 'just now' ? age : `${age} ago`
}

const kindsOf = ({ kinds }: SourceView): string =>
  Object.entries(kinds)
    .toSorted(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${formatCount(count)} ${kind}`)
    .join(', ')

const interactionOf = ({ lastTrace }: SourceView): ReactNode => {
  if (lastTrace === null) return <span className="text-ink3">not known any more</span>
  if (!lastTrace.isAttributed) return <span className="text-warn">none named</span>
  if (lastTrace.interactionId === null) return 'several in one trace'
  return (
    <>
      <code className="font-mono">{lastTrace.interactionId}</code>
      {lastTrace.result === null ? null : <span className="text-ink2">, {lastTrace.result}</span>}
    </>
  )
}
