import { randomBytes } from 'node:crypto'
import { newAgentKey } from '@/lib/auth/agent-key'
import { startSession } from '@/lib/auth/commands'
import { permissionsOf, type KeyScope, type PlatformRole, type TeamRole } from '@/lib/auth/permissions'
import { sessionCookieName, sessionToken } from '@/lib/auth/session-cookie'
import { PLATFORM, type Ctx } from '@/lib/core/context'
import { prisma } from '@/lib/core/db'
import { newId, randomText } from '@/lib/core/ids'

// Rows that tests of every domain start from. For tests only: written past the commands, so without audit entries.

const word = () => randomText(10, 'abcdefghijklmnopqrstuvwxyz')

export const aTeam = async (data: { name?: string; ingestPerMinute?: number } = {}) =>
  prisma().team.create({
    data: { id: newId('team'), slug: `t-${word()}`, name: 'A team', redactionSalt: randomBytes(32), ...data },
  })

/** A person with a role in a team, or a platform role, or neither. */
export const aPerson = async (
  roles: { in?: string; role?: TeamRole; platformRole?: PlatformRole; passwordHash?: string } = {},
) => {
  const id = newId('usr')
  const { platformRole = null, passwordHash = null } = roles
  const data = { id, email: `${word()}@example.test`, name: `Test ${word()}`, platformRole, passwordHash }
  const person = await prisma().person.create({ data })
  if (roles.in) {
    await prisma().membership.create({ data: { teamId: roles.in, personId: id, role: roles.role ?? 'VIEWER' } })
  }
  return person
}

/** Signs the person in; the headers that their browser would send with a request from our own page. */
export const signInAs = async (personId: string, now = new Date()) => {
  const login = await startSession(personId, now)
  const cookie = `${sessionCookieName()}=${await sessionToken(login)}`
  return { ...login, headers: { cookie, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' } }
}

/** A key of the team; `text` is what an agent sends. */
export const aKey = async (
  teamId: string,
  scopes: KeyScope[] = ['ingest', 'read'],
  data: { expiresAt?: Date } = {},
) => {
  const { publicId, secretSha256, text } = newAgentKey()
  const fields = { name: 'A key', environment: 'production', createdBy: 'test' }
  await prisma().agentKey.create({ data: { publicId, secretSha256, teamId, scopes, ...fields, ...data } })
  return { publicId, text }
}

/** The context of a person with a role in a team, for commands and queries called without a request. */
export const personCtx = (
  teamId: string,
  role: TeamRole | PlatformRole,
  personId = newId('usr'),
  now = new Date(),
): Ctx => {
  const platform = role === 'PLATFORM_ADMIN' || role === 'AUDITOR' ? role : undefined
  const team = role === 'PLATFORM_ADMIN' || role === 'AUDITOR' ? undefined : role
  return {
    teamId,
    actor: { type: 'person', id: personId, sessionId: newId('ses'), authTime: now },
    permissions: permissionsOf({ platform, team: teamId === PLATFORM ? undefined : team }),
    now,
    requestId: newId('req'),
  }
}
