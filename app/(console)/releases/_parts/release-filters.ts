import { rangeBounds, type Range } from '@/lib/charts/range'

/** The one question of this page, the same on the server that prefetches and in the browser that asks again. */
export const releaseFilters = (range: Range, now: Date) => ({ ...rangeBounds(range, now), by: 'agent,release' })
