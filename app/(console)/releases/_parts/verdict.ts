import { counted, formatChange, formatCount, formatMoney, inWords } from '@/lib/charts/format'
import { releaseName, type ReleaseFigures } from './figures'

/**
 * The page in one plain sentence: which release resolves a case for least, and by how much the dearest differs. Says
 * what is missing before it says anything that looks certain.
 */
export const releaseVerdict = (rows: readonly ReleaseFigures[], totals: ReleaseFigures): string =>
  [comparison(rows, totals), unknownPart(totals)].filter(Boolean).join(' ')

const comparison = (rows: readonly ReleaseFigures[], totals: ReleaseFigures): string => {
  if (totals.interactions === 0) return nothingYet(totals)
  const known = rows
    .filter((row) => row.keys.release !== null && row.costPerResolutionUsd !== null)
    .toSorted((a, b) => Number(a.costPerResolutionUsd) - Number(b.costPerResolutionUsd))
  const cheapest = known[0]
  const dearest = known.at(-1)
  if (!cheapest || !dearest) return noneKnown(totals)
  if (cheapest === dearest) {
    return `${releaseName(cheapest)} resolves a case for ${each(cheapest)}: ${formatCount(cheapest.resolved)} of ${counted(cheapest.closed, 'closed interaction')} resolved.`
  }
  const change = formatChange(Number(dearest.costPerResolutionUsd), Number(cheapest.costPerResolutionUsd))
  const more = change === null ? '' : `, ${inWords(change).replace('+', '')} more`
  const most = known.length > 2 ? ', the most of all' : ''
  return `${releaseName(cheapest)} resolves a case for ${each(cheapest)}; ${releaseName(dearest)} needs ${each(dearest)}${more}${most}.`
}

const nothingYet = (totals: ReleaseFigures): string =>
  totals.llmCalls === 0
    ? 'No interaction started in this range.'
    : `${counted(totals.llmCalls, 'call')} arrived without an interaction, so nothing can be resolved yet.`

const noneKnown = (totals: ReleaseFigures): string => {
  if (totals.closed === 0) return `${counted(totals.interactions, 'interaction')} started; none has an outcome yet.`
  if (totals.resolved === 0) return `None of ${counted(totals.closed, 'closed interaction')} was resolved.`
  const resolved = `${formatCount(totals.resolved)} of ${counted(totals.closed, 'closed interaction')} resolved`
  if (totals.costPerResolutionUsd === null) return `${resolved}; what that cost is unknown.`
  return `A case is resolved for ${each(totals)}: ${resolved}. No release is named to compare; service.version names one.`
}

const unknownPart = (totals: ReleaseFigures): string =>
  totals.unknownCostCalls === 0 ? '' : `Not in any cost: ${counted(totals.unknownCostCalls, 'call')} of unknown price.`

const each = (row: ReleaseFigures): string => formatMoney(row.costPerResolutionUsd, 'each').value
