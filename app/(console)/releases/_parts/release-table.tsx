import type { ReactNode } from 'react'
import { DataTable, type Column } from '@/components/ui/data-table'
import { FigureText } from '@/components/ui/figure-text'
import { StatusMark } from '@/components/ui/status-mark'
import {
  atLeast,
  formatCount,
  formatDuration,
  formatMoney,
  formatRate,
  formatTokens,
  NONE,
  type Figure,
} from '@/lib/charts/format'
import { releaseName, type ReleaseFigures } from './figures'

/** One row per release, the last one over all of them as the API computed it. Every rate carries its n. */
export const ReleaseTable = ({
  rows,
  totals,
  dim,
}: {
  rows: readonly ReleaseFigures[]
  totals: ReleaseFigures
  dim: boolean
}) => (
  <DataTable
    caption="Cost per resolution by release"
    columns={COLUMNS}
    rows={rows.map((figures) => ({ name: <ReleaseName row={figures} />, figures }))}
    rowKey={({ figures }) => `${figures.keys.agent ?? ''}\n${figures.keys.release ?? ''}`}
    foot={{ name: 'All releases', figures: totals }}
    dim={dim}
  />
)

type TableRow = { name: ReactNode; figures: ReleaseFigures }

const COLUMNS: readonly Column<TableRow>[] = [
  { key: 'release', kind: 'name', head: 'Release', cell: ({ name }) => name },
  {
    key: 'resolution',
    kind: 'number',
    head: 'Cost per resolution',
    cell: ({ figures }) => <CostPerResolution row={figures} />,
  },
  {
    key: 'interactions',
    kind: 'number',
    head: 'Interactions',
    cell: ({ figures }) => formatCount(figures.interactions),
  },
  {
    key: 'resolved',
    kind: 'number',
    head: 'Resolved',
    cell: ({ figures }) => (
      <Share part={figures.resolved} whole={figures.closed} none={figures.interactions > 0 ? 'no outcomes' : NONE} />
    ),
  },
  {
    key: 'escalated',
    kind: 'number',
    head: 'Escalated',
    cell: ({ figures }) => <Share part={figures.escalated} whole={figures.closed} none={NONE} />,
  },
  { key: 'cost', kind: 'number', head: 'Cost', cell: ({ figures }) => <Cost row={figures} /> },
  {
    key: 'in',
    kind: 'number',
    head: 'Tokens in',
    cell: ({ figures }) => <FigureText figure={formatTokens(figures.inputTokens)} />,
  },
  {
    key: 'cached',
    kind: 'number',
    head: 'cached',
    cell: ({ figures }) => <Quiet figure={formatTokens(figures.cacheReadTokens)} />,
  },
  {
    key: 'out',
    kind: 'number',
    head: 'out',
    cell: ({ figures }) => <FigureText figure={formatTokens(figures.outputTokens)} />,
  },
  { key: 'calls', kind: 'number', head: 'Calls', cell: ({ figures }) => <Calls row={figures} /> },
  {
    key: 'errors',
    kind: 'number',
    head: 'Errors',
    cell: ({ figures }) => <Errors row={figures} />,
  },
  { key: 'p50', kind: 'number', head: 'Turn p50', cell: ({ figures }) => <Latency ms={figures.p50Ms} /> },
  { key: 'p95', kind: 'number', head: 'p95', cell: ({ figures }) => <Latency ms={figures.p95Ms} /> },
]

const ReleaseName = ({ row }: { row: ReleaseFigures }) => (
  <span
    className="block max-w-64 min-w-40 truncate max-sm:max-w-36 max-sm:min-w-28 max-sm:whitespace-normal"
    title={releaseName(row)}
  >
    {row.keys.agent ? <span className="font-normal text-ink2">{row.keys.agent} </span> : null}
    {row.keys.release ?? <span className="font-normal text-ink3">without a release</span>}
  </span>
)

const CostPerResolution = ({ row }: { row: ReleaseFigures }) => {
  if (row.interactions === 0) return NONE
  if (row.costPerResolutionUsd === null) {
    return <span className="text-ink3">{row.resolved === 0 ? 'none resolved' : 'unknown'}</span>
  }
  const partial = row.knownCostInteractions < row.interactions
  return (
    <Two
      main={<FigureText figure={formatMoney(row.costPerResolutionUsd, 'each')} strong />}
      below={partial ? `${formatCount(row.knownCostInteractions)} of known cost` : undefined}
    />
  )
}

const Cost = ({ row }: { row: ReleaseFigures }) => {
  const cost = formatMoney(row.costUsd, 'total')
  const unattributed = Number(row.unattributedCostUsd ?? 0) > 0
  return (
    <Two
      main={<FigureText figure={row.unknownCostCalls > 0 ? atLeast(cost) : cost} />}
      below={unattributed ? `${formatMoney(row.unattributedCostUsd, 'total').value} unattributed` : undefined}
    />
  )
}

const Calls = ({ row }: { row: ReleaseFigures }) => (
  <Two
    main={formatCount(row.llmCalls)}
    below={
      row.unknownCostCalls > 0 ? (
        <span className="inline-flex items-center gap-1 text-warn">
          <StatusMark status="warning" />
          {formatCount(row.unknownCostCalls)} unpriced
        </span>
      ) : undefined
    }
  />
)

const Share = ({ part, whole, none }: { part: number; whole: number; none: string }) => {
  const rate = formatRate(part, whole)
  if (rate === null) return <span className="text-ink3">{none}</span>
  return <Two main={<FigureText figure={rate} />} below={`${formatCount(part)} of ${formatCount(whole)}`} />
}

/** Failed calls that cost nothing are no calls; their rate is over both. */
const Errors = ({ row }: { row: ReleaseFigures }) => {
  if (row.llmErrors === 0) return row.llmCalls === 0 ? NONE : '0'
  const rate = formatRate(row.llmErrors, row.llmCalls + row.llmErrors)
  return rate === null ? NONE : <Two main={<FigureText figure={rate} />} below={formatCount(row.llmErrors)} />
}

const Latency = ({ ms }: { ms: number | null }) => (ms === null ? NONE : <FigureText figure={formatDuration(ms)} />)

const Quiet = ({ figure }: { figure: Figure }) => (
  <span className="text-ink2">
    <FigureText figure={figure} />
  </span>
)

const Two = ({ main, below }: { main: ReactNode; below: ReactNode }) => (
  <span className="flex flex-col items-end">
    <span>{main}</span>
    {below === undefined ? null : <span className="text-label text-ink3">{below}</span>}
  </span>
)
