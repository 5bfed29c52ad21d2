import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { agentKey, keyOrSession, newAgentKey } from '@/lib/auth/agent-key'
import { closeLookups, lookups } from '@/lib/auth/lookups'
import type { KeyScope } from '@/lib/auth/permissions'
import { notifyKeyChanged } from '@/lib/auth/revocation'
import { parseAgentKey } from '@/lib/auth/rules'
import { aKey, aPerson, aTeam, signInAs } from '@/lib/auth/testing'
import { closeDb, prisma } from '@/lib/core/db'
import { newId } from '@/lib/core/ids'

beforeAll(() => vi.waitFor(() => expect(lookups().listener.isListening).toBe(true), 5_000))
afterAll(async () => {
  await closeLookups()
  await closeDb()
})

const asked = (headers: HeadersInit, query = '') =>
  new Request(`http://127.0.0.1:3000/api/v1/events${query}`, { headers })
const bearer = (text: string) => ({ authorization: `Bearer ${text}` })
const ctxOf = (text: string, scope: KeyScope = 'ingest') => agentKey(scope)(asked(bearer(text)), 'req_test')
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  )

describe('a key', () => {
  test('acts in its team with what its scopes allow and what ingest needs to know', async () => {
    const team = await aTeam({ ingestPerMinute: 100 })
    const { publicId, text } = await aKey(team.id, ['ingest'])
    expect(await ctxOf(text)).toMatchObject({
      teamId: team.id,
      actor: { type: 'key', id: publicId, agentId: null, environment: 'production' },
      permissions: new Set(['telemetry:ingest']),
      agentName: null,
      team: { id: team.id, redaction: {}, hashUserIds: false, payloadMaxBytes: 4_194_304, ingestPerMinute: 100 },
    })
    expect(Buffer.from((await ctxOf(text)).team.redactionSalt)).toEqual(Buffer.from(team.redactionSalt))
  })

  test('bound to one agent names it', async () => {
    const team = await aTeam()
    const agent = await prisma().agent.create({
      data: { teamId: team.id, id: newId('agt'), name: 'refunds', origin: 'console' },
    })
    const { publicId, text } = await aKey(team.id)
    await prisma().agentKey.update({ where: { publicId }, data: { agentId: agent.id } })
    expect(await ctxOf(text)).toMatchObject({ agentName: 'refunds', actor: { agentId: agent.id } })
  })

  test('is refused without the scope, with a message that names it', async () => {
    const { text } = await aKey((await aTeam()).id, ['ingest'])
    await expect(ctxOf(text, 'read')).rejects.toThrow('lacks the scope read; it has ingest')
    expect(await codeOf(ctxOf(text, 'read'))).toBe('forbidden')
  })

  test('unknown, wrong, mangled and missing ones are not told apart by code, and unknown and wrong not at all', async () => {
    const { text } = await aKey((await aTeam()).id)
    const wrong = `${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`
    const errors = await Promise.all(
      [wrong, newAgentKey().text, 'sbx_x', `${text} `.slice(1)].map((t) => ctxOf(t).catch((e: Error) => e)),
    )
    expect(new Set(errors.map(String)).size).toBe(1)
    expect(errors[0]).toMatchObject({ code: 'unauthenticated' })
    expect(await codeOf(agentKey('ingest')(asked({}), 'req_test'))).toBe('unauthenticated')
  })

  test('no error message holds a secret', async () => {
    const { text } = await aKey((await aTeam()).id, ['read'])
    const secret = text.slice(17)
    for (const key of [text, text.replace(/^sbx_.{12}/, 'sbx_aaaaaaaaaaaa')]) {
      const error = await ctxOf(key).catch((e: Error) => e)
      expect(`${error instanceof Error ? error.stack : ''}`).not.toContain(secret)
    }
  })

  test('in the URL is not read', async () => {
    const { text } = await aKey((await aTeam()).id)
    expect(await codeOf(agentKey('ingest')(asked({}, `?key=${text}&api_key=${text}`), 'req_test'))).toBe(
      'unauthenticated',
    )
  })

  test('has expired at its time', async () => {
    const team = await aTeam()
    const past = await aKey(team.id, ['ingest'], { expiresAt: new Date(Date.now() - 1) })
    const future = await aKey(team.id, ['ingest'], { expiresAt: new Date(Date.now() + 60_000) })
    await expect(ctxOf(past.text)).rejects.toThrow('expired')
    await ctxOf(future.text)
  })

  test('is refused on the next call once revoked, and settings of its team are read anew', async () => {
    const team = await aTeam()
    const { publicId, text } = await aKey(team.id)
    await ctxOf(text)
    await prisma().$transaction(async (tx) => {
      await tx.team.update({ where: { id: team.id }, data: { hashUserIds: true } })
      await notifyKeyChanged(tx, team.id)
    })
    await expect.poll(async () => (await ctxOf(text)).team.hashUserIds, { timeout: 1_000 }).toBe(true)
    await prisma().$transaction(async (tx) => {
      await tx.agentKey.update({ where: { publicId }, data: { revokedAt: new Date() } })
      await notifyKeyChanged(tx, publicId)
    })
    await expect.poll(() => codeOf(ctxOf(text)), { timeout: 1_000 }).toBe('unauthenticated')
  })

  test('notes its last use, at most once a minute', async () => {
    const { publicId, text } = await aKey((await aTeam()).id)
    const lastUsed = async () =>
      (await prisma().agentKey.findUniqueOrThrow({ where: { publicId } })).lastUsedAt?.getTime()
    await ctxOf(text)
    const first = await lastUsed()
    expect(first).toBeGreaterThan(Date.now() - 60_000)
    lookups().keys.clear()
    await ctxOf(text)
    expect(await lastUsed()).toBe(first)
  })
})

describe('reads that keys and people share', () => {
  const shared = keyOrSession('read', 'telemetry:read')
  test('a key with the scope and a person with the permission come in, others do not', async () => {
    const team = await aTeam()
    const person = await signInAs((await aPerson({ in: team.id, role: 'VIEWER' })).id)
    const [reads, sends] = [await aKey(team.id, ['read']), await aKey(team.id, ['ingest'])]
    expect((await shared(asked(bearer(reads.text)), 'req_test')).teamId).toBe(team.id)
    expect((await shared(asked(person.headers), 'req_test')).teamId).toBe(team.id)
    expect(await codeOf(shared(asked(bearer(sends.text)), 'req_test'))).toBe('forbidden')
    expect(await codeOf(shared(asked({}), 'req_test'))).toBe('unauthenticated')
    expect(await codeOf(keyOrSession('read', 'audit:read')(asked(person.headers), 'req_test'))).toBe('forbidden')
  })

  test('a bad key is not made good by a cookie', async () => {
    const person = await signInAs((await aPerson({ in: (await aTeam()).id })).id)
    expect(await codeOf(shared(asked({ ...person.headers, ...bearer('sbx_bad') }), 'req_test'))).toBe('unauthenticated')
  })
})

test('ten thousand new keys have the shape, and no two are alike', () => {
  const keys = Array.from({ length: 10_000 }, newAgentKey)
  expect(keys.every(({ text, publicId }) => parseAgentKey(text)?.publicId === publicId)).toBe(true)
  expect(new Set(keys.map(({ publicId }) => publicId)).size).toBe(10_000)
})
