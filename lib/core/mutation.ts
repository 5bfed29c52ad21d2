import 'server-only'
import type { z } from 'zod'
import type { Permission } from '@/lib/auth/permissions'
import { appendAudit, type AuditNote } from '@/lib/core/audit-log'
import type { Ctx } from '@/lib/core/context'
import { prisma, type Tx } from '@/lib/core/db'
import { DomainError } from '@/lib/core/errors'

/** What a command hands back: its value, and at least one audit note (an empty list does not compile). */
export type Written<T> = { value: T; audit: readonly [AuditNote, ...AuditNote[]] }

export type Command<I extends z.ZodType, T> = {
  (ctx: Ctx, input: z.input<I>): Promise<T>
  /** The same command inside another one's transaction: same permission check, same audit. */
  within(tx: Tx, ctx: Ctx, input: z.input<I>): Promise<T>
  readonly permission: Permission
  readonly input: I
}

/**
 * Builds a write: permission, parse, one transaction, run, audit entries in the same transaction, commit. A failed
 * audit insert rolls the write back. Throws DomainError `forbidden` or `bad_request`, and what `run` throws.
 */
export const mutation = <I extends z.ZodType, T>(spec: {
  permission: Permission
  input: I
  run: (tx: Tx, ctx: Ctx, input: z.output<I>) => Promise<Written<T>>
}): Command<I, T> => {
  const within = async (tx: Tx, ctx: Ctx, input: z.input<I>): Promise<T> => {
    requirePermission(ctx, spec.permission)
    const written = await spec.run(tx, ctx, parseInput(spec.input, input))
    await appendAudit(tx, ctx, written.audit)
    return written.value
  }
  const run = (ctx: Ctx, input: z.input<I>): Promise<T> =>
    prisma().$transaction((tx) => within(tx, ctx, input), { maxWait: 5_000, timeout: 15_000 })
  return Object.assign(run, { within, permission: spec.permission, input: spec.input })
}

/** Throws `forbidden` unless the caller holds the permission in the team of `ctx`. Queries use it too. */
export const requirePermission = (ctx: Ctx, permission: Permission): void => {
  if (!ctx.permissions.has(permission)) {
    throw new DomainError('forbidden', `This needs the permission ${permission}. Ask an administrator of the team.`)
  }
}

/** Parses with zod; throws `bad_request` whose details name each field. */
export const parseInput = <S extends z.ZodType>(schema: S, input: unknown): z.output<S> => {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const details = result.error.issues.slice(0, 20).map((i) => ({ path: i.path.join('.'), message: i.message }))
  const first = details[0]
  throw new DomainError(
    'bad_request',
    first ? `${first.path || 'body'}: ${first.message}` : 'The input is not valid.',
    {
      details,
    },
  )
}
