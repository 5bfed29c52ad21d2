import { afterAll, describe, expect, test } from 'vitest'
import { DELETE as signOutRoute, GET as sessionRoute } from '@/app/api/v1/session/route'
import { POST as confirmRoute } from '@/app/api/v1/session/confirm/route'
import { POST as passwordRoute } from '@/app/api/v1/session/password/route'
import { DELETE as everywhereRoute } from '@/app/api/v1/sessions/route'
import { closeLookups } from '@/lib/auth/lookups'
import { hashPassword } from '@/lib/auth/password'
import { endSessionsOf } from '@/lib/auth/revocation'
import { SESSION_IDLE_MS, SESSION_MAX_MS } from '@/lib/auth/rules'
import { platformSession, session } from '@/lib/auth/session'
import { sessionCookieName, sessionToken } from '@/lib/auth/session-cookie'
import { aPerson, aTeam, signInAs } from '@/lib/auth/testing'
import { PLATFORM } from '@/lib/core/context'
import { closeDb, pool, prisma } from '@/lib/core/db'
import { newId } from '@/lib/core/ids'

afterAll(async () => {
  await closeLookups()
  await closeDb()
})

const noParams = { params: Promise.resolve({}) }
const request = (headers: HeadersInit, query = '', method = 'GET', body: object | null = null) =>
  new Request(`http://127.0.0.1:3000/api/v1/session${query}`, { method, headers, body: body && JSON.stringify(body) })
const ctxOf = (headers: HeadersInit, query = '') => session(request(headers, query), 'req_test')

describe('who is signed in', () => {
  test('the cookie leads to person, first team, role and permissions', async () => {
    const team = await aTeam({ name: 'Support' })
    const person = await aPerson({ in: team.id, role: 'ENGINEER' })
    const { headers, sessionId } = await signInAs(person.id)
    const ctx = await ctxOf(headers)
    expect(ctx).toMatchObject({
      teamId: team.id,
      actor: { type: 'person', id: person.id, sessionId },
      team: { id: team.id, slug: team.slug, name: 'Support' },
      role: 'ENGINEER',
    })
    expect(ctx.permissions.has('key:manage')).toBe(true)
    expect(ctx.permissions.has('key:manage-production')).toBe(false)
  })

  test.each([
    ['no cookie', {}],
    ['a cookie that is no token', { cookie: `${sessionCookieName()}=abc` }],
  ])('%s is unauthenticated', async (_name, headers) => {
    await expect(ctxOf(headers)).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  test('a token that names the session of somebody else is unauthenticated', async () => {
    const team = await aTeam()
    const [one, two] = [await aPerson({ in: team.id }), await aPerson({ in: team.id })]
    const login = await signInAs(one.id)
    const cookie = `${sessionCookieName()}=${await sessionToken({ ...login, personId: two.id })}`
    await expect(ctxOf({ cookie })).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  test('the token holds person, session and time of the password, nothing else', async () => {
    const { decode } = await import('next-auth/jwt')
    const token = await sessionToken({ personId: 'usr_1', sessionId: 'ses_1', authTime: new Date(5) })
    const payload = await decode({ token, secret: process.env.NEXTAUTH_SECRET ?? '' })
    expect(Object.keys(payload ?? {}).sort()).toEqual(['authTime', 'exp', 'iat', 'jti', 'sid', 'sub'])
    expect(payload).toMatchObject({ sub: 'usr_1', sid: 'ses_1', authTime: 5 })
  })

  test('a sign-in ends after 12 h without use and after 7 days', async () => {
    const team = await aTeam()
    const person = await aPerson({ in: team.id })
    const idle = await signInAs(person.id, new Date(Date.now() - SESSION_IDLE_MS))
    await expect(ctxOf(idle.headers)).rejects.toMatchObject({ code: 'unauthenticated' })
    const old = await signInAs(person.id, new Date(Date.now() - SESSION_MAX_MS))
    await pool().query('UPDATE session SET last_seen_at = now() WHERE id = $1', [old.sessionId])
    await expect(ctxOf(old.headers)).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  test('use is noted, at most once a minute', async () => {
    const person = await aPerson({ in: (await aTeam()).id })
    const start = new Date(Date.now() - 120_000)
    const { headers, sessionId } = await signInAs(person.id, start)
    const seen = async () =>
      (await prisma().session.findUniqueOrThrow({ where: { id: sessionId } })).lastSeenAt.getTime()
    await ctxOf(headers)
    const first = await seen()
    expect(first).toBeGreaterThan(start.getTime() + 100_000)
    await ctxOf(headers)
    expect(await seen()).toBe(first)
  })
})

describe('which team', () => {
  test('by header or query, by slug or id; another team is the same 404 as a missing one', async () => {
    const [first, second, foreign] = [await aTeam(), await aTeam(), await aTeam()]
    const person = await aPerson({ in: first.id, role: 'LEAD' })
    await prisma().membership.create({ data: { teamId: second.id, personId: person.id, role: 'VIEWER' } })
    const { headers } = await signInAs(person.id)
    expect((await ctxOf({ ...headers, 'x-signalbox-team': second.slug })).role).toBe('VIEWER')
    expect((await ctxOf(headers, `?team=${second.slug}`)).teamId).toBe(second.id)
    expect((await ctxOf(headers, `?team=${first.id}`)).teamId).toBe(first.id)
    const errors = await Promise.all(
      [foreign.slug, foreign.id, 'no-such-team', PLATFORM].map((team) =>
        ctxOf({ ...headers, 'x-signalbox-team': team }).catch((error: unknown) => error),
      ),
    )
    expect(new Set(errors.map(String)).size).toBe(1)
    expect(errors[0]).toMatchObject({ code: 'not_found' })
  })

  test('platform roles act in any team and above teams, other people only in theirs', async () => {
    const team = await aTeam()
    const auditor = await signInAs((await aPerson({ platformRole: 'AUDITOR' })).id)
    const inTeam = await ctxOf({ ...auditor.headers, 'x-signalbox-team': team.slug })
    expect(inTeam).toMatchObject({ teamId: team.id, role: null })
    expect(inTeam.permissions.has('audit:read')).toBe(true)
    expect(inTeam.permissions.has('agent:manage')).toBe(false)
    const lead = await signInAs((await aPerson({ in: team.id, role: 'LEAD' })).id)
    const above = await platformSession(request(lead.headers), 'req_test')
    expect(above).toMatchObject({ teamId: PLATFORM, team: null })
    expect(above.permissions.size).toBe(0)
  })

  test('a person in no team can still ask who they are', async () => {
    const { headers } = await signInAs((await aPerson()).id)
    await expect(ctxOf(headers)).rejects.toMatchObject({ code: 'forbidden' })
    const response = await sessionRoute(request(headers), noParams)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ team: null, permissions: [], memberships: [] })
  })
})

describe('the end of a sign-in', () => {
  test('sign-out ends this one, takes the cookie away and leaves an audit entry', async () => {
    const person = await aPerson({ in: (await aTeam()).id })
    const [here, there] = [await signInAs(person.id), await signInAs(person.id)]
    const response = await signOutRoute(request(here.headers, '', 'DELETE'), noParams)
    expect(response.status).toBe(204)
    expect(response.headers.get('set-cookie')).toContain('Max-Age=0; HttpOnly; SameSite=Lax')
    await expect.poll(() => ctxOf(here.headers).catch((error) => error.code)).toBe('unauthenticated')
    await ctxOf(there.headers)
    const { rows } = await pool().query('SELECT kind, actor_id FROM audit_entry WHERE subject = $1 ORDER BY id', [
      here.sessionId,
    ])
    expect(rows.map((row) => row.kind).sort()).toEqual(['session.end', 'session.start'])
    expect(rows[0].actor_id).toBe(person.id)
  })

  test('signing out everywhere ends all of them', async () => {
    const person = await aPerson({ in: (await aTeam()).id })
    const [here, there] = [await signInAs(person.id), await signInAs(person.id)]
    const response = await everywhereRoute(request(here.headers, '', 'DELETE'), noParams)
    expect(await response.json()).toEqual({ ended: 2 })
    await expect.poll(() => ctxOf(there.headers).catch((error) => error.code)).toBe('unauthenticated')
  })

  test('a new password needs the old one, ends the other sign-ins and keeps this one', async () => {
    const team = await aTeam()
    const person = await aPerson({ in: team.id, passwordHash: await hashPassword('the old password') })
    const [here, there] = [await signInAs(person.id), await signInAs(person.id)]
    const change = (currentPassword: string) =>
      passwordRoute(request(here.headers, '', 'POST', { currentPassword, newPassword: 'the new password' }), noParams)
    expect((await change('not the password')).status).toBe(403)
    await ctxOf(there.headers)
    expect(await (await change('the old password')).json()).toEqual({ ended: 1 })
    await expect.poll(() => ctxOf(there.headers).catch((error) => error.code)).toBe('unauthenticated')
    await ctxOf(here.headers)
  })

  test('confirming the password makes an old sign-in fresh', async () => {
    const person = await aPerson({ in: (await aTeam()).id, passwordHash: await hashPassword('the old password') })
    const { headers } = await signInAs(person.id, new Date(Date.now() - 3_600_000))
    const isFresh = async () => Date.now() - (await ctxOf(headers)).actor.authTime.getTime() < 60_000
    expect(await isFresh()).toBe(false)
    const response = await confirmRoute(request(headers, '', 'POST', { password: 'the old password' }), noParams)
    expect(response.status).toBe(204)
    await expect.poll(isFresh).toBe(true)
  })

  test('a rolled-back end ends nothing', async () => {
    const person = await aPerson({ in: (await aTeam()).id })
    const { headers } = await signInAs(person.id)
    const failing = prisma().$transaction(async (tx) => {
      expect(await endSessionsOf(tx, person.id, 'test', new Date())).toBe(1)
      throw new Error('undone')
    })
    await expect(failing).rejects.toThrow('undone')
    await ctxOf(headers)
  })

  test('a removed person is signed out even where a session row was left', async () => {
    const person = await aPerson({ in: (await aTeam()).id })
    const { headers } = await signInAs(person.id)
    await prisma().person.update({ where: { id: person.id }, data: { removedAt: new Date() } })
    await expect(ctxOf(headers)).rejects.toMatchObject({ code: 'unauthenticated' })
  })
})

test('a write from another site is refused with the cookie of the person', async () => {
  const { headers } = await signInAs((await aPerson({ in: (await aTeam()).id })).id)
  const response = await everywhereRoute(
    request({ ...headers, 'sec-fetch-site': 'cross-site' }, '', 'DELETE'),
    noParams,
  )
  expect(response.status).toBe(403)
  await ctxOf(headers)
})

test('reading a sign-in costs one statement over indexes', async () => {
  const { rows } = await pool().query(
    `EXPLAIN (FORMAT JSON) SELECT 1 FROM session s JOIN person p ON p.id = s.person_id WHERE s.id = '${newId('ses')}'`,
  )
  expect(JSON.stringify(rows)).not.toContain('Seq Scan on session')
})
