import 'server-only'
import type { Tx } from '@/lib/core/db'
import { notFound } from '@/lib/core/errors'

/** Write side of agents and keys. */

/** False when the team has an agent of this name. */
export const insertAgent = async (
  tx: Tx,
  agent: {
    teamId: string
    id: string
    name: string
    description: string
    idleLimitSec: number
    traceIsInteraction: boolean
    createdAt: Date
  },
): Promise<boolean> => {
  const { count } = await tx.agent.createMany({ data: { ...agent, origin: 'console' }, skipDuplicates: true })
  return count === 1
}

/** The agent, locked; `not_found` when it is not this team's. */
export const lockAgent = async (tx: Tx, teamId: string, id: string) => {
  await tx.$queryRaw`SELECT 1 FROM agent WHERE team_id = ${teamId} AND id = ${id} FOR NO KEY UPDATE`
  return findAgent(tx, teamId, id)
}

export const findAgent = async (tx: Tx, teamId: string, id: string) => {
  const agent = await tx.agent.findUnique({ where: { teamId_id: { teamId, id } } })
  if (!agent) throw notFound()
  return agent
}

export const saveAgent = (
  tx: Tx,
  teamId: string,
  id: string,
  data: { description: string; idleLimitSec: number; traceIsInteraction: boolean },
) => tx.agent.update({ where: { teamId_id: { teamId, id } }, data })

export const insertKey = (tx: Tx, data: Parameters<Tx['agentKey']['create']>[0]['data']) => tx.agentKey.create({ data })

/** The key, locked; `not_found` when it is not this team's. `successor` is the key that replaced it, if any. */
export const lockKey = async (tx: Tx, teamId: string, publicId: string) => {
  await tx.$queryRaw`SELECT 1 FROM agent_key WHERE public_id = ${publicId} AND team_id = ${teamId} FOR UPDATE`
  const key = await tx.agentKey.findFirst({ where: { publicId, teamId } })
  if (!key) throw notFound()
  const successor = await tx.agentKey.findFirst({
    where: { teamId, rotatedFrom: publicId },
    select: { publicId: true },
  })
  return { ...key, successor: successor?.publicId ?? null }
}

export const saveKey = (tx: Tx, publicId: string, data: { expiresAt: Date } | { revokedAt: Date }) =>
  tx.agentKey.update({ where: { publicId }, data })
