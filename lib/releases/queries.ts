import 'server-only'
import { z } from 'zod'
import type { Ctx } from '@/lib/core/context'
import { prisma } from '@/lib/core/db'
import { notFound } from '@/lib/core/errors'
import { requirePermission } from '@/lib/core/mutation'
import { decodeCursor, type Page, type PageQuery, toPage } from '@/lib/core/page'
import { IdText } from '@/lib/core/text'
import { Manifest, ReleaseSummary, type ReleaseView } from './schema'

const ByTime = z.tuple([z.iso.datetime(), IdText])

/** Releases of the team, or of one agent in it; newest first. A key bound to one agent sees that agent's only. */
export const releasePage = async (
  ctx: Ctx,
  query: PageQuery & { agent?: string | undefined },
): Promise<Page<ReleaseSummary>> => {
  requirePermission(ctx, 'release:read')
  const after = decodeCursor(query.cursor, ByTime)
  const at = after && new Date(after[0])
  const agents = [query.agent, await boundAgentName(ctx)].filter((name) => name !== undefined)
  const rows = await prisma().release.findMany({
    where: {
      teamId: ctx.teamId,
      AND: agents.map((agentName) => ({ agentName })),
      ...(after && at ? { OR: [{ createdAt: { lt: at } }, { createdAt: at, id: { lt: after[1] } }] } : {}),
    },
    omit: { manifest: true },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: query.limit + 1,
  })
  return toPage(rows, query.limit, releaseSummary, (row) => [row.createdAt.toISOString(), row.id])
}

/** One release with its manifest; `not_found` for another team's as for a missing one. */
export const oneRelease = async (ctx: Ctx, releaseId: string): Promise<ReleaseView> => {
  requirePermission(ctx, 'release:read')
  const bound = await boundAgentName(ctx)
  const row = await prisma().release.findUnique({ where: { teamId_id: { teamId: ctx.teamId, id: releaseId } } })
  if (!row || (bound !== undefined && row.agentName !== bound)) throw notFound()
  return releaseView(row)
}

/** The release if exactly this manifest is registered under this name: then a registration has nothing to write. */
export const registeredRelease = async (
  ctx: Ctx,
  release: { agent: string; name: string; manifestSha256: string },
): Promise<ReleaseView | undefined> => {
  requirePermission(ctx, 'release:register')
  const row = await prisma().release.findUnique({
    where: { teamId_agentName_name: { teamId: ctx.teamId, agentName: release.agent, name: release.name } },
  })
  return row && sha256Hex(row.manifestSha256) === release.manifestSha256 ? releaseView(row) : undefined
}

export const releaseView = (row: Parameters<typeof releaseSummary>[0] & { manifest: string | null }): ReleaseView => ({
  ...releaseSummary(row),
  manifest: row.manifest === null ? null : Manifest.parse(JSON.parse(row.manifest)),
})

const releaseSummary = (row: {
  id: string
  agentName: string
  name: string
  manifestSha256: Uint8Array | null
  origin: string
  createdAt: Date
}): ReleaseSummary => ({
  id: row.id,
  agent: row.agentName,
  name: row.name,
  manifestSha256: sha256Hex(row.manifestSha256),
  origin: ReleaseSummary.shape.origin.parse(row.origin),
  createdAt: row.createdAt.toISOString(),
})

export const sha256Hex = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString('hex')

/** Name of the one agent that the caller's key is bound to; undefined = all. Releases name agents, keys their ids. */
export const boundAgentName = async (ctx: Ctx): Promise<string | undefined> => {
  if (ctx.actor.type !== 'key' || ctx.actor.agentId === null) return undefined
  const agent = await prisma().agent.findUnique({
    where: { teamId_id: { teamId: ctx.teamId, id: ctx.actor.agentId } },
    select: { name: true },
  })
  return agent?.name ?? ''
}
