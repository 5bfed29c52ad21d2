import type { ReleaseFigures } from './figures'

/** More rows than anybody reads; the dearest are shown, and the page says how many there are. */
export const SHOWN_MAX = 200

/** Dearest first; unknown cost after known, and what names no release last. */
export const inReadingOrder = <R extends Pick<ReleaseFigures, 'keys' | 'costUsd'>>(rows: readonly R[]): R[] =>
  rows.toSorted(
    (a, b) =>
      Number(a.keys.release === null) - Number(b.keys.release === null) ||
      Number(a.costUsd === null) - Number(b.costUsd === null) ||
      Number(b.costUsd) - Number(a.costUsd),
  )
