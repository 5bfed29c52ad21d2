import 'server-only'
import { z } from 'zod'
import { KEY_SCOPES } from '@/lib/auth/permissions'
import type { Ctx } from '@/lib/core/context'
import { prisma, type Tx } from '@/lib/core/db'
import { notFound } from '@/lib/core/errors'
import { requirePermission } from '@/lib/core/mutation'
import { decodeCursor, type Page, type PageQuery, toPage } from '@/lib/core/page'
import { IdText, lines } from '@/lib/core/text'
import { keyState } from './rules'
import { AgentView, type KeyView } from './schema'

/** Agents of the team by name, with their working keys. A key bound to one agent sees that agent only. */
export const agentPage = async (ctx: Ctx, query: PageQuery): Promise<Page<AgentView>> => {
  requirePermission(ctx, 'agent:read')
  const after = decodeCursor(query.cursor, z.tuple([lines(256)]))
  const rows = await prisma().agent.findMany({
    where: {
      teamId: ctx.teamId,
      ...(after ? { name: { gt: after[0] } } : {}),
      ...(boundAgent(ctx) === null ? {} : { id: boundAgent(ctx) ?? '' }),
    },
    orderBy: { name: 'asc' },
    take: query.limit + 1,
  })
  const keys = await workingKeys(
    prisma(),
    ctx,
    rows.map((row) => row.id),
  )
  return toPage(
    rows,
    query.limit,
    (row) => agentView(row, keys.get(row.id) ?? 0),
    (row) => [row.name],
  )
}

/** One agent; `not_found` for another team's as for a missing one. */
export const oneAgent = async (ctx: Ctx, agentId: string): Promise<AgentView> => {
  requirePermission(ctx, 'agent:read')
  return agentById(prisma(), ctx, agentId)
}

/** The agent as the API shows it, also inside the transaction that has just written it. */
export const agentById = async (db: Tx, ctx: Ctx, agentId: string): Promise<AgentView> => {
  const bound = boundAgent(ctx)
  const row =
    bound === null || bound === agentId
      ? await db.agent.findUnique({ where: { teamId_id: { teamId: ctx.teamId, id: agentId } } })
      : null
  if (!row) throw notFound()
  return agentView(row, (await workingKeys(db, ctx, [agentId])).get(agentId) ?? 0)
}

/** The one agent that the caller's key is bound to; null = all. */
const boundAgent = (ctx: Ctx): string | null => (ctx.actor.type === 'key' ? ctx.actor.agentId : null)

const workingKeys = async (
  db: Tx,
  ctx: Ctx,
  agentIds: readonly string[],
): Promise<ReadonlyMap<string | null, number>> => {
  const counts = await db.agentKey.groupBy({
    by: ['agentId'],
    where: {
      teamId: ctx.teamId,
      agentId: { in: [...agentIds] },
      revokedAt: null,
      OR: [{ expiresAt: null }, { expiresAt: { gt: ctx.now } }],
    },
    _count: true,
  })
  return new Map(counts.map((row) => [row.agentId, row._count]))
}

const agentView = (
  row: {
    id: string
    name: string
    description: string
    idleLimitSec: number
    traceIsInteraction: boolean
    origin: string
    lastSeenAt: Date | null
    createdAt: Date
  },
  keys: number,
): AgentView => ({
  id: row.id,
  name: row.name,
  description: row.description,
  idleLimitSec: row.idleLimitSec,
  traceIsInteraction: row.traceIsInteraction,
  origin: AgentView.shape.origin.parse(row.origin),
  keys,
  lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
})

const ByTime = z.tuple([z.iso.datetime(), IdText])

/** Keys of the team, or of one agent in it; newest first. Never a secret: only its hash exists. */
export const keyPage = async (
  ctx: Ctx,
  query: PageQuery & { agentId?: string | undefined },
): Promise<Page<KeyView>> => {
  requirePermission(ctx, 'key:read')
  const after = decodeCursor(query.cursor, ByTime)
  const at = after && new Date(after[0])
  const rows = await prisma().agentKey.findMany({
    where: {
      teamId: ctx.teamId,
      ...(query.agentId === undefined ? {} : { agentId: query.agentId }),
      ...(after && at ? { OR: [{ createdAt: { lt: at } }, { createdAt: at, publicId: { lt: after[1] } }] } : {}),
    },
    omit: { secretSha256: true },
    orderBy: [{ createdAt: 'desc' }, { publicId: 'desc' }],
    take: query.limit + 1,
  })
  const names = await agentNames(prisma(), ctx.teamId, rows)
  return toPage(
    rows,
    query.limit,
    (row) => keyView(row, names, ctx.now),
    (row) => [row.createdAt.toISOString(), row.publicId],
  )
}

/** The key as the API shows it, also inside the transaction that has just written it. */
export const keyById = async (db: Tx, ctx: Ctx, publicId: string): Promise<KeyView> => {
  const row = await db.agentKey.findFirst({ where: { teamId: ctx.teamId, publicId }, omit: { secretSha256: true } })
  if (!row) throw notFound()
  return keyView(row, await agentNames(db, ctx.teamId, [row]), ctx.now)
}

const agentNames = async (
  db: Tx,
  teamId: string,
  keys: readonly { agentId: string | null }[],
): Promise<ReadonlyMap<string, string>> => {
  const ids = [...new Set(keys.flatMap((key) => (key.agentId === null ? [] : [key.agentId])))]
  const rows = await db.agent.findMany({ where: { teamId, id: { in: ids } }, select: { id: true, name: true } })
  return new Map(rows.map((row) => [row.id, row.name]))
}

const keyView = (
  row: {
    publicId: string
    name: string
    scopes: string[]
    environment: string
    agentId: string | null
    expiresAt: Date | null
    revokedAt: Date | null
    rotatedFrom: string | null
    createdBy: string
    createdAt: Date
    lastUsedAt: Date | null
  },
  agentNameById: ReadonlyMap<string, string>,
  now: Date,
): KeyView => ({
  publicId: row.publicId,
  name: row.name,
  scopes: KEY_SCOPES.filter((scope) => row.scopes.includes(scope)),
  environment: row.environment,
  agent: row.agentId === null ? null : { id: row.agentId, name: agentNameById.get(row.agentId) ?? '' },
  state: keyState(row, now),
  expiresAt: row.expiresAt?.toISOString() ?? null,
  revokedAt: row.revokedAt?.toISOString() ?? null,
  rotatedFrom: row.rotatedFrom,
  createdBy: row.createdBy,
  createdAt: row.createdAt.toISOString(),
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
})
