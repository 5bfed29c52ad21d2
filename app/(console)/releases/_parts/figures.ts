/** What the page needs of one row of `/api/v1/metrics`; a row over all releases has the same measures. */
export type ReleaseFigures = {
  keys: Readonly<Record<string, string | null>>
  interactions: number
  closed: number
  resolved: number
  escalated: number
  costUsd: string | null
  unattributedCostUsd: string | null
  costPerResolutionUsd: string | null
  knownCostInteractions: number
  inputTokens: number | null
  cacheReadTokens: number | null
  outputTokens: number | null
  llmCalls: number
  llmErrors: number
  unknownCostCalls: number
  p50Ms: number | null
  p95Ms: number | null
}

/** `support-refunds r14`, as agent and release are written everywhere. */
export const releaseName = (row: Pick<ReleaseFigures, 'keys'>): string =>
  [row.keys.agent ?? '', row.keys.release ?? 'without a release'].filter(Boolean).join(' ')
