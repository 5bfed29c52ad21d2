import { z } from 'zod'

/** Text that people and machines send, bounded to what PostgreSQL can hold: neither U+0000 nor half a surrogate pair. */

/** One line without control characters, at least one character. */
export const lineAsSent = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'Use one line of plain text.')

/** The same, without spaces around it. */
export const line = (max: number) => z.string().trim().pipe(lineAsSent(max))

/** Several lines, or none. */
export const lines = (max: number) =>
  z
    .string()
    .trim()
    .max(max)
    .regex(/^[^\u0000\p{Cs}]*$/u, 'Use plain text.')

/** Any of our ids: `agt_…`, `rel_…`, the public part of a key. */
export const IdText = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'Not an id.')
