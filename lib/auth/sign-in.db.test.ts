import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NextRequest } from 'next/server'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { GET as setupState, POST as setup } from '@/app/api/v1/setup/route'
import { limited } from '@/lib/auth/attempts'
import { signIn } from '@/lib/auth/commands'
import { closeLookups } from '@/lib/auth/lookups'
import { nextAuthOptions } from '@/lib/auth/next-auth-options'
import { hashPassword } from '@/lib/auth/password'
import { session } from '@/lib/auth/session'
import { aPerson, aTeam } from '@/lib/auth/testing'
import { closeDb, pool } from '@/lib/core/db'

afterAll(async () => {
  await closeLookups()
  await closeDb()
})
const noParams = { params: Promise.resolve({}) }
const codeFile = join(process.env.SIGNALBOX_DATA_DIR ?? '', 'setup-code')

describe('setup', () => {
  // The only tests of the file that need an empty database: they come first.
  const body = {
    code: 'right-code',
    email: 'First@Example.test',
    name: 'First',
    password: 'a long password',
    teamName: 'Support',
  }
  const post = (change: object = {}) =>
    setup(
      new Request('http://127.0.0.1:3000/api/v1/setup', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...body, ...change }),
      }),
      noParams,
    )
  const isNeeded = async () =>
    (await (await setupState(new Request('http://127.0.0.1:3000/api/v1/setup'), noParams)).json()).needed
  beforeEach(() => writeFileSync(codeFile, 'right-code\n', { mode: 0o600 }))

  test('is needed at first, and refuses a wrong code and a short password', async () => {
    expect(await isNeeded()).toBe(true)
    expect((await post({ code: 'wrong-code' })).status).toBe(403)
    expect((await post({ password: 'short' })).status).toBe(400)
    expect(existsSync(codeFile)).toBe(true)
  })

  test('without a code file no code is right, not even an empty one', async () => {
    writeFileSync(codeFile, '\n')
    expect((await post({ code: ' ' })).status).toBe(403)
  })

  test('five at once make one administrator, one team, and remove the code', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => post()))
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409, 409, 409])
    const { rows } = await pool().query(
      'SELECT p.email, p.platform_role, m.role, t.slug FROM person p JOIN membership m ON m.person_id = p.id JOIN team t ON t.id = m.team_id',
    )
    expect(rows).toEqual([
      { email: 'first@example.test', platform_role: 'PLATFORM_ADMIN', role: 'LEAD', slug: 'support' },
    ])
    expect(existsSync(codeFile)).toBe(false)
    const entries = await pool().query('SELECT kind, actor_id FROM audit_entry ORDER BY kind')
    expect(entries.rows).toEqual(
      ['membership.create', 'person.create', 'team.create'].map((kind) => ({ kind, actor_id: 'setup' })),
    )
  })

  test('is over: not needed, and the code opens nothing', async () => {
    expect(await isNeeded()).toBe(false)
    expect((await post({ email: 'second@example.test' })).status).toBe(409)
  })
})

describe('password', () => {
  const now = new Date('2026-05-04T10:20:00Z')
  const someone = async (password: string) =>
    aPerson({ in: (await aTeam()).id, passwordHash: await hashPassword(password) })

  test('the right one signs in, in any case of the e-mail; a wrong one, an unknown or removed person do not', async () => {
    const person = await someone('the right password')
    const attempt = (email: string, password: string) => signIn({ email, password, address: 'a' }, now)
    expect(await attempt(person.email.toUpperCase(), 'the right password')).toMatchObject({
      personId: person.id,
      authTime: now,
    })
    expect(await attempt(person.email, 'the wrong password')).toBeUndefined()
    expect(await attempt('nobody@example.test', 'the right password')).toBeUndefined()
    await pool().query('UPDATE person SET removed_at = now() WHERE id = $1', [person.id])
    expect(await attempt(person.email, 'the right password')).toBeUndefined()
  })

  test('ten failures of an e-mail close its window, exactly ten of 40 at once, and the message says the wait', async () => {
    const tries = await Promise.allSettled(
      Array.from({ length: 40 }, (_, i) =>
        limited({ subject: 'a@b.test', address: `ip ${i}`, now }, async () => undefined),
      ),
    )
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
    await expect(signIn({ email: 'A@B.test', password: 'x', address: 'new' }, now)).rejects.toMatchObject({
      code: 'rate_limited',
      message: 'Too many failed attempts. Try again in 10 minutes.',
      retryAfterSec: 600,
    })
    const next = new Date(now.getTime() + 600_000)
    expect(await limited({ subject: 'a@b.test', address: 'new', now: next }, async () => 'in')).toBe('in')
  })

  test('fifty failures from an address close its window, over all e-mails', async () => {
    const tries = await Promise.allSettled(
      Array.from({ length: 70 }, (_, i) =>
        limited({ subject: `p${i}@b.test`, address: 'one', now }, async () => undefined),
      ),
    )
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(50)
  })

  test('successes do not count', async () => {
    const who = { subject: 'c@b.test', address: 'two', now }
    for (let i = 0; i < 9; i++) await limited(who, async () => undefined)
    for (let i = 0; i < 60; i++) await limited(who, async () => 'in')
    for (let i = 0; i < 10; i++) await limited(who, async () => undefined)
    await expect(limited(who, async () => 'in')).rejects.toMatchObject({ code: 'rate_limited' })
  })

  test('neither e-mail nor address is stored in the clear', async () => {
    const { rows } = await pool().query('SELECT bool_and(length(subject_sha256) = 32) AS hashed FROM sign_in_attempt')
    expect(rows).toEqual([{ hashed: true }])
  })
})

describe('next-auth', () => {
  test('its provider signs in and its callbacks keep ids only', async () => {
    const person = await aPerson({ in: (await aTeam()).id, passwordHash: await hashPassword('the right password') })
    const { POST } = await import('@/app/api/auth/[...nextauth]/route')
    expect(typeof POST).toBe('function')
    const provider = nextAuthOptions().providers[0]
    const authorize = provider && 'options' in provider ? provider.options.authorize : undefined
    const user = await authorize({ email: person.email, password: 'the right password' }, { headers: {} })
    expect(user).toEqual({ id: person.id, sid: expect.stringMatching(/^ses_/), authTime: expect.any(Number) })
    expect(await authorize({ email: person.email, password: 'wrong' }, { headers: {} })).toBeNull()
    expect(await authorize(undefined, { headers: {} })).toBeNull()
  })
})

test('a request object of Next is a request', async () => {
  const request = new NextRequest('http://127.0.0.1:3000/api/v1/session')
  await expect(session(request, 'req_test')).rejects.toMatchObject({ code: 'unauthenticated' })
})
