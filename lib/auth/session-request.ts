import 'server-only'
import { decode } from 'next-auth/jwt'
import { z } from 'zod'
import type { MembershipRef, SessionCtx, TeamRef } from '@/lib/auth/caller'
import { lookups } from '@/lib/auth/lookups'
import { permissionsOf, type TeamRole } from '@/lib/auth/permissions'
import { teamRef, type SignedIn } from '@/lib/auth/queries'
import { isTouchDue, sessionEnd } from '@/lib/auth/rules'
import { requireSameOrigin } from '@/lib/auth/same-origin'
import { sessionCookieName, sessionSecret } from '@/lib/auth/session-cookie'
import { touchSession } from '@/lib/auth/store'
import { systemClock } from '@/lib/core/clock'
import { PLATFORM } from '@/lib/core/context'
import { env } from '@/lib/core/env'
import { DomainError, notFound } from '@/lib/core/errors'

/**
 * Where a caller says who is signed in and which team they act in. `request` is null for a server component, which only
 * reads; a route's writes must come from our own pages.
 */
export type SessionSource = {
  cookie: string | null
  team: string | undefined
  requestId: string
  request: Request | null
}

/** Sign-in of a request for a route: cookie, and team from header or query. */
export const sessionSource = (request: Request, requestId: string): SessionSource => {
  const asked = request.headers.get('x-signalbox-team') ?? new URL(request.url).searchParams.get('team')
  return { cookie: request.headers.get('cookie'), team: asked || undefined, requestId, request }
}

/**
 * The person acting in one team: the one asked for by slug or id, else the first of theirs. Platform roles act in any.
 * Throws `unauthenticated`, `not_found` (no such team, or not theirs: not told apart), `forbidden` (no team at all).
 */
export const teamCtx = async (source: SessionSource): Promise<SessionCtx> => {
  const { row, now } = await signedInOf(source)
  const { team, role } = await actingIn(row, source.team)
  const permissions = permissionsOf({ team: role ?? undefined, platform: row.person.platformRole ?? undefined })
  return { ...ctxOf(row, now, source.requestId), teamId: team.id, team, role, permissions }
}

/** The person acting above teams, with the permissions of their platform role (none for most people). */
export const platformCtx = async (source: SessionSource): Promise<SessionCtx> => {
  const { row, now } = await signedInOf(source)
  const permissions = permissionsOf({ platform: row.person.platformRole ?? undefined })
  return { ...ctxOf(row, now, source.requestId), teamId: PLATFORM, team: null, role: null, permissions }
}

/** Acting in a team, or above teams for a person who is in none. */
export const anyCtx = async (source: SessionSource): Promise<SessionCtx> => {
  try {
    return await teamCtx(source)
  } catch (error) {
    if (error instanceof DomainError && error.code === 'forbidden') return platformCtx(source)
    throw error
  }
}

const ctxOf = (row: SignedIn, now: Date, requestId: string) => {
  const { removedAt: _, ...person } = row.person
  return {
    actor: { type: 'person', id: person.id, sessionId: row.sessionId, authTime: row.authTime } as const,
    person,
    memberships: row.memberships,
    now,
    requestId,
  }
}

const signedInOf = async (source: SessionSource): Promise<{ row: SignedIn; now: Date }> => {
  const now = systemClock()
  const token = await readToken(source.cookie)
  const row = token && (await lookups().sessions.get(token.sid))
  if (!row || row.person.id !== token.sub) throw new DomainError('unauthenticated', 'Sign in.')
  const end = sessionEnd({ ...row, removedAt: row.person.removedAt }, now)
  if (end) throw new DomainError('unauthenticated', 'This sign-in has ended. Sign in again.')
  if (source.request) requireSameOrigin(source.request, env().NEXTAUTH_URL)
  if (isTouchDue(row.lastSeenAt, now)) {
    row.lastSeenAt = now // the cached row is this process's own: its next requests need not write either
    await touchSession(row.sessionId, now)
  }
  return { row, now }
}

/** What the JWT holds: person, session, and when the password was given. */
const Token = z.object({ sub: z.string(), sid: z.string() })

const readToken = async (cookieHeader: string | null): Promise<z.infer<typeof Token> | undefined> => {
  const token = cookieHeader && cookieValue(cookieHeader, sessionCookieName())
  if (!token) return undefined
  // A token of another secret, expired or damaged, is no token.
  const payload = await decode({ token, secret: sessionSecret() }).catch(() => null)
  const parsed = Token.safeParse(payload)
  return parsed.success ? parsed.data : undefined
}

const cookieValue = (header: string, name: string): string | undefined => {
  for (const pair of header.split(';')) {
    const [key, ...value] = pair.trim().split('=')
    if (key === name) return value.join('=')
  }
  return undefined
}

const actingIn = async (
  row: SignedIn,
  asked: string | undefined,
): Promise<{ team: TeamRef; role: TeamRole | null }> => {
  const own = row.memberships.find((m) => asked === undefined || m.slug === asked || m.id === asked)
  if (own) return { team: refOf(own), role: own.role }
  const other = row.person.platformRole ? await teamRef(asked) : undefined
  if (other) return { team: other, role: null }
  if (asked !== undefined) throw notFound()
  throw new DomainError('forbidden', 'You are in no team yet. Ask an administrator for an invitation.')
}

const refOf = ({ id, slug, name }: MembershipRef): TeamRef => ({ id, slug, name })
