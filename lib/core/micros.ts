/**
 * Times in microseconds since 1970 UTC, as integers: exact in a JS number until the year 2255, where `Date` would drop
 * what Postgres and OpenTelemetry keep.
 */
export type Micros = number

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)?)?\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?$/

/** Parses ISO 8601; without a zone: UTC; finer than a microsecond is cut. Null when it is not a time. */
export const parseIso = (text: string): Micros | null => {
  const m = ISO.exec(text)
  if (!m) return null
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = m
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map(Number)
  if (y === undefined || mo === undefined || d === undefined || h === undefined || mi === undefined || s === undefined)
    return null
  if (mo < 1 || mo > 12 || d < 1 || h > 24 || mi > 59 || s > 60) return null
  const ms = Date.UTC(y, mo - 1, d, h, mi, s)
  // Date.UTC rolls over (31 February -> 3 March) and reads years below 100 as 19xx: both are not times.
  if (y < 100 || new Date(Date.UTC(y, mo - 1, d)).getUTCDate() !== d) return null
  return ms * 1000 - zoneMinutes(zone) * 60_000_000 + Number(fraction.slice(0, 6).padEnd(6, '0'))
}

const zoneMinutes = (zone: string): number => {
  if (zone === 'Z' || zone === 'z') return 0
  const digits = zone.slice(1).replace(':', '')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || '0')
  return zone.startsWith('-') ? -minutes : minutes
}

/** `2026-02-17T23:26:18.037440Z`, always six places: what Postgres takes without loss. */
export const toIso = (us: Micros): string => {
  const ms = Math.floor(us / 1000)
  return `${new Date(ms).toISOString().slice(0, 23)}${String(us - ms * 1000).padStart(3, '0')}Z`
}

export const HOUR_US = 3_600_000_000
export const DAY_US = 24 * HOUR_US

/** Start of the UTC hour, ISO. */
export const hourOf = (us: Micros): string => toIso(Math.floor(us / HOUR_US) * HOUR_US)
/** The UTC day, `YYYY-MM-DD`. */
export const dayOf = (us: Micros): string => toIso(us).slice(0, 10)
/** The UTC day after `YYYY-MM-DD`. */
export const nextDay = (day: string): string => new Date(Date.parse(day) + DAY_US / 1000).toISOString().slice(0, 10)
/** Start of the 5-minute window, ISO. */
export const windowOf = (us: Micros): string => toIso(Math.floor(us / 300_000_000) * 300_000_000)

export const fromDate = (date: Date): Micros => date.getTime() * 1000
