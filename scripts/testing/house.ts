// Fixtures of the house for database and end-to-end tests: teams, people with roles, sign-ins, agents, keys. Through
// the commands that people use, except where that would cost a password hash. Every test makes its own.
import { createAgent } from '@/lib/agents/commands/create-agent'
import { createKey } from '@/lib/agents/commands/create-key'
import type { AgentView, KeyCreate } from '@/lib/agents/schema'
import {
  KEY_SCOPES,
  permissionsOf,
  permissionsOfScopes,
  type KeyScope,
  type PlatformRole,
  type TeamRole,
} from '@/lib/auth/permissions'
import { SESSION_MAX_MS } from '@/lib/auth/rules'
import { sessionCookieName, sessionToken } from '@/lib/auth/session-cookie'
import { type Ctx, PLATFORM } from '@/lib/core/context'
import { prisma } from '@/lib/core/db'
import { newId, randomText } from '@/lib/core/ids'
import type { RouteHandler } from '@/lib/http/route'
import { createTeam } from '@/lib/teams/commands/create-team'
import type { TeamView } from '@/lib/teams/schema'
import type { z } from 'zod'

/** A word nobody has used before: names and addresses of one test never meet another's. */
export const unique = (word: string): string => `${word}-${randomText(10, 'abcdefghijklmnopqrstuvwxyz0123456789')}`

/** The system as caller: every permission, in a team or above teams. */
export const systemCtx = (teamId: string = PLATFORM, now: Date = new Date()): Ctx => ({
  teamId,
  actor: { type: 'system', id: 'test' },
  permissions: permissionsOf({ platform: 'PLATFORM_ADMIN' }),
  now,
  requestId: newId('req', now),
})

export const makeTeam = (name: string = unique('Team')): Promise<TeamView> => createTeam(systemCtx(), { name })

export type TestPerson = {
  id: string
  name: string
  email: string
  /** Signed in, as the browser sends it: `Cookie`. */
  cookie: string
  sessionId: string
  /** As a command or query sees the person in their team (or above teams). */
  ctx: Ctx
}

/**
 * Somebody with a role, signed in. Without a password, because hashing one takes longer than the rest of a test:
 * give `passwordHash` (lib/auth/password.ts) where a test signs in by itself.
 */
export const makePerson = async (as: {
  teamId?: string
  role?: TeamRole
  groups?: string[]
  platformRole?: PlatformRole
  name?: string
  passwordHash?: string
}): Promise<TestPerson> => {
  const now = new Date()
  const person = { id: newId('usr', now), name: as.name ?? unique('Person'), email: `${unique('person')}@example.test` }
  await prisma().person.create({
    data: {
      ...person,
      createdAt: now,
      platformRole: as.platformRole ?? null,
      passwordHash: as.passwordHash ?? null,
      ...(as.teamId !== undefined && as.role !== undefined
        ? { memberships: { create: { teamId: as.teamId, role: as.role, groups: as.groups ?? [], createdAt: now } } }
        : {}),
    },
  })
  const { sessionId, cookie } = await signIn(person.id, now)
  const ctx: Ctx = {
    teamId: as.teamId ?? PLATFORM,
    actor: { type: 'person', id: person.id, sessionId, authTime: now },
    permissions: permissionsOf({ team: as.role, platform: as.platformRole }),
    now,
    requestId: newId('req', now),
  }
  return { ...person, cookie, sessionId, ctx }
}

/** One more sign-in of a person. */
export const signIn = async (
  personId: string,
  now: Date = new Date(),
): Promise<{ sessionId: string; cookie: string }> => {
  const sessionId = newId('ses', now)
  const expiresAt = new Date(now.getTime() + SESSION_MAX_MS)
  await prisma().session.create({ data: { id: sessionId, personId, authTime: now, lastSeenAt: now, expiresAt } })
  return { sessionId, cookie: `${sessionCookieName()}=${await sessionToken({ personId, sessionId, authTime: now })}` }
}

export const makeAgent = (teamId: string, name: string = unique('agent')): Promise<AgentView> =>
  createAgent(systemCtx(teamId), { name })

export type TestKey = {
  publicId: string
  /** The whole key: `sbx_<publicId>_<secret>`. */
  text: string
  headers: { authorization: string }
  /** As a command or query sees the key. */
  ctx: Ctx
}

export const makeKey = async (
  teamId: string,
  options: Partial<Omit<z.input<typeof KeyCreate>, 'scopes'>> & { scopes?: readonly KeyScope[] } = {},
): Promise<TestKey> => {
  const input = {
    name: unique('key'),
    environment: 'production',
    ...options,
    scopes: [...(options.scopes ?? KEY_SCOPES)],
  }
  const now = new Date()
  const { key, secret } = await createKey(systemCtx(teamId, now), input)
  const actor = { type: 'key', id: key.publicId, agentId: key.agent?.id ?? null, environment: key.environment } as const
  const ctx = { teamId, actor, permissions: permissionsOfScopes(input.scopes), now, requestId: newId('req', now) }
  return { publicId: key.publicId, text: secret, headers: { authorization: `Bearer ${secret}` }, ctx }
}

/** Headers of a page of ours that acts for a signed-in person, in a team (slug or id). */
export const asPerson = (person: { cookie: string }, team?: string): Record<string, string> => ({
  cookie: person.cookie,
  'sec-fetch-site': 'same-origin',
  ...(team === undefined ? {} : { 'x-signalbox-team': team }),
})

/** Calls a route handler as the server would; `path` is what follows the host. */
export const call = (
  handler: RouteHandler,
  request: {
    method?: string
    path: string
    params?: Record<string, string>
    headers?: Record<string, string>
    body?: unknown
  },
): Promise<Response> => {
  const method = request.method ?? 'GET'
  const headers = new Headers(request.headers)
  if (method !== 'GET') headers.set('content-type', 'application/json')
  const init = request.body === undefined ? {} : { body: JSON.stringify(request.body) }
  const context = { params: Promise.resolve(request.params ?? {}) }
  return handler(new Request(`http://127.0.0.1:3000${request.path}`, { method, headers, ...init }), context)
}

/** Audit entries about a subject, oldest first, with the text that the log keeps. */
export const auditOf = async (teamId: string, subject: string) => {
  const rows = await prisma().$queryRaw<{ kind: string; actor_id: string; body_canonical: string }[]>`
    SELECT e.kind, e.actor_id, b.body_canonical
    FROM audit_entry e JOIN audit_body b ON b.team_id = e.team_id AND b.entry_id = e.id
    WHERE e.team_id = ${teamId} AND e.subject = ${subject} ORDER BY e.id`
  return rows.map((row) => ({ kind: row.kind, actorId: row.actor_id, text: row.body_canonical }))
}
