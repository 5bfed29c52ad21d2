/**
 * Mergeable latency histograms: logarithmic buckets of ratio GAMMA, so that any percentile read from them is within
 * (GAMMA - 1) / (GAMMA + 1) = 4.8 % of a true one (the idea of DDSketch, Masson et al. 2019, without its collapsing).
 */
const GAMMA = 1.1
const LOG_GAMMA = Math.log(GAMMA)
/** Shorter than this many ms is bucket 0; longer than 30 days is the last bucket. */
const MIN_MS = 0.1
export const LAST_BUCKET = bucketIndex(30 * 86_400_000)

/** Sparse counts by bucket; JSON-safe. */
export type Histogram = Record<string, number>

/** The bucket of a duration in ms. */
export const bucketOf = (ms: number): number => (ms <= MIN_MS ? 0 : Math.min(LAST_BUCKET, bucketIndex(ms)))

function bucketIndex(ms: number): number {
  return Math.max(1, Math.ceil(Math.log(ms / MIN_MS) / LOG_GAMMA))
}

/** The duration in ms that stands for a bucket: least relative error over its range. */
export const bucketMs = (bucket: number): number => (bucket === 0 ? 0 : (MIN_MS * 2 * GAMMA ** bucket) / (GAMMA + 1))

/** Percentile `q` (0..1, nearest rank) in ms, six digits; null when nothing was counted. */
export const percentile = (counts: ReadonlyMap<number, number>, q: number): number | null => {
  let total = 0
  for (const n of counts.values()) total += n
  if (total <= 0) return null
  const rank = Math.max(1, Math.ceil(q * total))
  let seen = 0
  for (const bucket of [...counts.keys()].sort((a, b) => a - b)) {
    seen += counts.get(bucket) ?? 0
    if (seen >= rank) return Number(bucketMs(bucket).toPrecision(6))
  }
  return null
}

/** Adds `n` (may be negative) to a bucket; a bucket that reaches 0 goes. */
export const addTo = (histogram: Histogram, bucket: number | string, n: number): void => {
  const next = (histogram[bucket] ?? 0) + n
  if (next === 0) delete histogram[bucket]
  else histogram[bucket] = next
}
