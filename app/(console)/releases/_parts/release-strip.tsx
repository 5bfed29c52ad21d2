import { FigureText } from '@/components/ui/figure-text'
import { Strip } from '@/components/ui/strip'
import { atLeast, counted, formatCount, formatMoney, formatRate, inWords } from '@/lib/charts/format'
import type { ReleaseFigures } from './figures'

/** The totals of the range, as the API computed them over all releases. */
export const ReleaseStrip = ({ totals }: { totals: ReleaseFigures }) => {
  const cost = formatMoney(totals.costUsd, 'short')
  const rate = formatRate(totals.resolved, totals.closed)
  const share = shareOf(totals.unattributedCostUsd, totals.costUsd)
  return (
    <Strip
      label="Totals of the range"
      figures={[
        {
          label: 'Cost per resolution',
          value:
            totals.costPerResolutionUsd === null ? (
              <Word>{totals.resolved === 0 ? 'none resolved' : 'unknown'}</Word>
            ) : (
              <FigureText figure={formatMoney(totals.costPerResolutionUsd, 'each')} />
            ),
          note: `over ${formatCount(totals.knownCostInteractions)} of ${counted(totals.interactions, 'interaction')}`,
        },
        {
          label: 'Resolved',
          value: rate === null ? <Word>no outcomes</Word> : <FigureText figure={rate} />,
          note: `${formatCount(totals.resolved)} of ${formatCount(totals.closed)} closed`,
        },
        {
          label: 'Cost',
          value: <FigureText figure={totals.unknownCostCalls > 0 ? atLeast(cost) : cost} />,
          note: counted(totals.llmCalls, 'call'),
        },
        {
          label: 'Unattributed',
          value: <FigureText figure={formatMoney(totals.unattributedCostUsd, 'short')} />,
          note: share === null ? 'calls with no interaction' : `${share}, calls with no interaction`,
        },
        {
          label: 'Unknown price',
          value: counted(totals.unknownCostCalls, 'call'),
          note: totals.unknownCostCalls === 0 ? 'every call has a price' : 'not in any cost',
        },
      ]}
    />
  )
}

const shareOf = (part: string | null, whole: string | null): string | null => {
  const rate = part === null || whole === null ? null : formatRate(Number(part), Number(whole))
  return rate === null ? null : inWords(rate)
}

const Word = ({ children }: { children: string }) => <span className="font-normal text-ink3">{children}</span>
