import { z } from 'zod'
import { parseIso, type Micros } from '@/lib/core/micros'

/** The last moment that is written with four digits of a year. */
const LATEST_US = Date.UTC(9999, 11, 31) * 1000

/** A time in a query, spelled as events may spell theirs (`parseIso`): ISO 8601, without a zone UTC. */
export const IsoTime = z.string().refine((text) => microsOf(text) !== null, {
  error: 'must be an ISO 8601 time, for example 2026-03-01T00:00:00Z',
})

/** Microseconds of a text that `IsoTime` has let through; null for any other. */
export const microsOf = (text: string): Micros | null => {
  const us = text.length > 64 ? null : parseIso(text)
  return us !== null && us < LATEST_US ? us : null
}
