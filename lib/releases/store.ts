import 'server-only'
import { AGENT_LIMIT_MESSAGE, insertAgents, lockDay } from '@/lib/agents/registration'
import type { Tx } from '@/lib/core/db'
import { DomainError, notFound } from '@/lib/core/errors'
import type { Sql } from '@/lib/core/sql'
import { insertReleases, RELEASE_LIMIT_MESSAGE } from './registration'

/**
 * The release of this name, locked, added when it is new. Counts towards the team's releases of the day, as first
 * sights in telemetry do; throws `rate_limited` past them.
 */
export const lockOrInsertRelease = async (tx: Tx, teamId: string, agent: string, name: string, now: Date) => {
  if (!(await findByName(tx, teamId, agent, name))) {
    await rows(tx, lockDay(teamId, 'release', now))
    const refused = await rows(tx, insertReleases(teamId, [{ agent, name }], 'api', now))
    if (refused.length > 0) throw limited(RELEASE_LIMIT_MESSAGE, now)
  }
  await tx.$queryRaw`
    SELECT 1 FROM release WHERE team_id = ${teamId} AND agent_name = ${agent} AND name = ${name} FOR UPDATE`
  const release = await findByName(tx, teamId, agent, name)
  if (!release) throw notFound()
  return release
}

/** Registers the agent when the team does not know it, as telemetry would; throws `rate_limited` past the day's limit. */
export const ensureAgent = async (tx: Tx, teamId: string, name: string, now: Date): Promise<void> => {
  if (await tx.agent.findUnique({ where: { teamId_name: { teamId, name } }, select: { id: true } })) return
  await rows(tx, lockDay(teamId, 'agent', now))
  const refused = await rows(tx, insertAgents(teamId, [name], now))
  if (refused.length > 0) throw limited(AGENT_LIMIT_MESSAGE, now)
}

const rows = (tx: Tx, sql: Sql): Promise<unknown[]> => tx.$queryRawUnsafe<unknown[]>(sql.text, ...sql.values)

const limited = (message: string, now: Date) =>
  new DomainError('rate_limited', message, { retryAfterSec: Math.ceil((DAY_MS - (now.getTime() % DAY_MS)) / 1000) })

const DAY_MS = 86_400_000

const findByName = (tx: Tx, teamId: string, agentName: string, name: string) =>
  tx.release.findUnique({ where: { teamId_agentName_name: { teamId, agentName, name } } })

export const saveManifest = (tx: Tx, teamId: string, id: string, manifest: string, sha256: Uint8Array<ArrayBuffer>) =>
  tx.release.update({ where: { teamId_id: { teamId, id } }, data: { manifest, manifestSha256: sha256 } })
