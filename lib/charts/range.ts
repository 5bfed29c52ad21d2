/**
 * The time range of a screen, as it stands in the URL: `?range=24h|7d|30d|all`, or `?from=…&to=…` for chosen days.
 * Pure. What a URL says wrongly is read as the default: a pasted link always shows a screen.
 */

export const PRESETS = ['24h', '7d', '30d', 'all'] as const
export type Preset = (typeof PRESETS)[number]
export type Range = { preset: Preset } | { from: string; to: string }
export type RangeParams = { range?: string | undefined; from?: string | undefined; to?: string | undefined }

export const DEFAULT_RANGE: Range = { preset: '30d' }

export const PRESET_NAMES = {
  '24h': 'Last 24 h',
  '7d': 'Last 7 d',
  '30d': 'Last 30 d',
  all: 'All time',
} as const satisfies Record<Preset, string>

const HOUR_MS = 3_600_000
/** All time is the ten years that the API answers at once. */
const HOURS = { '24h': 24, '7d': 168, '30d': 720, all: 24 * 3_650 } as const satisfies Record<Preset, number>

export const parseRange = (params: RangeParams): Range => {
  const preset = PRESETS.find((name) => name === params.range)
  if (preset) return { preset }
  const from = instant(params.from)
  const to = instant(params.to)
  return from !== undefined && to !== undefined && from < to ? { from, to } : DEFAULT_RANGE
}

/** The parameters that `parseRange` reads back; the default needs none. */
export const rangeParams = (range: Range): RangeParams => {
  if ('from' in range) return { from: range.from, to: range.to }
  return 'preset' in DEFAULT_RANGE && range.preset === DEFAULT_RANGE.preset ? {} : { range: range.preset }
}

/**
 * Exact bounds, half open, on whole hours: the API rounds outward to the hour anyway, and bounds that stand still for
 * an hour let one answer serve every visit.
 */
export const rangeBounds = (range: Range, now: Date): { from: string; to: string } => {
  if ('from' in range) return range
  const end = Math.floor(now.getTime() / HOUR_MS) * HOUR_MS + HOUR_MS
  return {
    from: new Date(end - HOURS[range.preset] * HOUR_MS).toISOString(),
    to: new Date(end).toISOString(),
  }
}

export const rangeName = (range: Range): string => ('from' in range ? 'From to' : PRESET_NAMES[range.preset])

const instant = (text: string | undefined): string | undefined => {
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z?)?$/.test(text)) return undefined
  const time = new Date(text.length === 10 ? text : `${text.replace('Z', '')}Z`)
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString()
}
