import { z } from 'zod'
import { DomainError } from '@/lib/core/errors'

/** Every list is a page: `limit` rows after an opaque `cursor`. */
export const PageQuery = z.object({
  cursor: z.string().max(1024).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
export type PageQuery = z.infer<typeof PageQuery>
export type Page<T> = { items: T[]; nextCursor: string | null }

/** The wire contract of a page of `item`; `nextCursor` is null on the last page. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() })

/** A page from `limit + 1` rows: the extra row only says that there is a next page. */
export const toPage = <R, T>(
  rows: readonly R[],
  limit: number,
  view: (row: R) => T,
  key: (row: R) => readonly (string | number | null)[],
): Page<T> => {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(view),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(key(last)) : null,
  }
}

/** Cursors are base64url JSON of the sort key of the last row; opaque to clients, never an OFFSET. */
export const encodeCursor = (key: readonly (string | number | null)[]): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url')

export const decodeCursor = <T extends readonly z.ZodType[]>(cursor: string | undefined, shape: z.ZodTuple<T>) => {
  if (cursor === undefined) return undefined
  try {
    const key = shape.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
    // PostgreSQL fails on U+0000, and no row holds it.
    if (key.some((part) => typeof part === 'string' && part.includes('\u0000')))
      throw new RangeError('U+0000 in a cursor.')
    return key
  } catch (cause) {
    throw new DomainError('bad_request', 'cursor: not one of ours. Start again without it.', {
      cause,
      details: [{ path: 'cursor', message: 'Not a cursor that this list gave out.' }],
    })
  }
}
