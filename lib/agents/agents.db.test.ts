import { describe, expect, test } from 'vitest'
import { pool, prisma } from '@/lib/core/db'
import { auditOf, makeAgent, makeKey, makePerson, makeTeam, systemCtx, unique } from '@/scripts/testing/house'
import { changeAgent } from './commands/change-agent'
import { createAgent } from './commands/create-agent'
import { createKey } from './commands/create-key'
import { revokeKey } from './commands/revoke-key'
import { rotateKey } from './commands/rotate-key'
import { agentPage, keyPage, oneAgent } from './queries'

const DAY_MS = 86_400_000
const listening = async (channel: string) => {
  const client = await pool().connect()
  const heard: string[] = []
  client.on('notification', (message) => heard.push(message.payload ?? ''))
  await client.query(`LISTEN ${channel}`)
  return {
    heard,
    stop: async () => {
      await client.query(`UNLISTEN ${channel}`)
      client.removeAllListeners('notification')
      client.release()
    },
  }
}

describe('agents', () => {
  test('of ten made at once under one name one is made', async () => {
    const team = await makeTeam()
    const name = unique('agent')
    const made = Array.from({ length: 10 }, () => createAgent(systemCtx(team.id), { name }))
    const results = await Promise.allSettled(made)
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
    expect(await prisma().agent.count({ where: { teamId: team.id } })).toBe(1)
  })

  test('keep their name; description and idle limit change and are audited', async () => {
    const team = await makeTeam()
    const agent = await makeAgent(team.id)
    const changed = await changeAgent(systemCtx(team.id), { agentId: agent.id, idleLimitSec: 300 })
    expect(changed).toMatchObject({ name: agent.name, description: '', idleLimitSec: 300, keys: 0, lastSeenAt: null })
    await expect(changeAgent(systemCtx(team.id), { agentId: agent.id, idleLimitSec: 299 })).rejects.toMatchObject({
      code: 'bad_request',
      details: [{ path: 'idleLimitSec' }],
    })
    expect((await auditOf(team.id, agent.id)).map((entry) => entry.kind)).toEqual(['agent.create', 'agent.change'])
  })

  test('are listed by name, page by page, with their working keys', async () => {
    const team = await makeTeam()
    const names = ['a', 'B', 'ä', 'c', 'd'].map((word) => unique(word))
    for (const name of names) await createAgent(systemCtx(team.id), { name })
    const first = await agentPage(systemCtx(team.id), { limit: 1 })
    const agentId = first.items[0]?.id ?? ''
    await makeKey(team.id, { agentId })
    const revoked = await makeKey(team.id, { agentId })
    await revokeKey(systemCtx(team.id), { publicId: revoked.publicId })
    expect((await oneAgent(systemCtx(team.id), agentId)).keys).toBe(1)
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await agentPage(systemCtx(team.id), { limit: 2, cursor })
      seen.push(...page.items.map((agent) => agent.name))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    expect(seen).toHaveLength(names.length)
    expect([...seen].sort()).toEqual([...names].sort())
  })

  test('a key of one agent sees that agent and no other', async () => {
    const team = await makeTeam()
    const [own, other] = [await makeAgent(team.id), await makeAgent(team.id)]
    const key = await makeKey(team.id, { agentId: own.id, scopes: ['read'] })
    expect((await agentPage(key.ctx, { limit: 50 })).items.map((agent) => agent.id)).toEqual([own.id])
    await expect(oneAgent(key.ctx, other.id)).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('keys', () => {
  test('are for engineers in every environment but production, for leads in all', async () => {
    const team = await makeTeam()
    const engineer = await makePerson({ teamId: team.id, role: 'ENGINEER' })
    const lead = await makePerson({ teamId: team.id, role: 'LEAD' })
    const staging = { name: 'ci', scopes: ['ingest' as const], environment: 'staging' }
    const production = { ...staging, environment: 'production' }
    const forbidden = { code: 'forbidden' }
    await expect(createKey(engineer.ctx, production)).rejects.toMatchObject(forbidden)
    for (const environment of ['Production', 'PRODUCTION', ' production', 'production ']) {
      await expect(createKey(engineer.ctx, { ...staging, environment })).rejects.toMatchObject({ code: 'bad_request' })
    }
    const made = await createKey(engineer.ctx, staging)
    await rotateKey(engineer.ctx, { publicId: made.key.publicId })
    const { key } = await createKey(lead.ctx, production)
    await expect(rotateKey(engineer.ctx, { publicId: key.publicId })).rejects.toMatchObject(forbidden)
    await expect(revokeKey(engineer.ctx, { publicId: key.publicId })).rejects.toMatchObject(forbidden)
    expect(await revokeKey(lead.ctx, { publicId: key.publicId })).toMatchObject({ state: 'revoked' })
  })

  test('show their secret in the answer that makes them and nowhere else', async () => {
    const team = await makeTeam()
    const made = await createKey(systemCtx(team.id), { name: 'k', scopes: ['read'], environment: 'test' })
    const rotated = await rotateKey(systemCtx(team.id), { publicId: made.key.publicId })
    await revokeKey(systemCtx(team.id), { publicId: rotated.key.publicId })
    const page = JSON.stringify(await keyPage(systemCtx(team.id), { limit: 50 }))
    const dump = JSON.stringify(await prisma().agentKey.findMany({ where: { teamId: team.id } }))
    const audit = JSON.stringify([
      await auditOf(team.id, made.key.publicId),
      await auditOf(team.id, rotated.key.publicId),
    ])
    for (const shown of [made.secret, rotated.secret]) {
      expect(shown).toMatch(/^sbx_[a-z0-9]{12}_[A-Za-z0-9]{43}$/)
      const secret = shown.slice(-43)
      for (const text of [page, dump, audit]) expect(text).not.toContain(secret)
    }
    expect(audit).toContain('key.rotate')
  })

  test('a successor inherits everything; the old key stops at the end of the overlap', async () => {
    const team = await makeTeam()
    const agent = await makeAgent(team.id)
    const expiresAt = new Date(Date.now() + 30 * DAY_MS).toISOString()
    const input = { name: 'k', scopes: ['read' as const, 'ingest' as const], environment: 'test' }
    const old = await createKey(systemCtx(team.id), { ...input, agentId: agent.id, expiresAt })
    const ctx = systemCtx(team.id)
    const { key } = await rotateKey(ctx, { publicId: old.key.publicId, overlapSec: 3600 })
    expect(key).toMatchObject({
      name: 'k',
      scopes: ['ingest', 'read'],
      environment: 'test',
      agent: { id: agent.id, name: agent.name },
      expiresAt,
      rotatedFrom: old.key.publicId,
      state: 'active',
    })
    const { items } = await keyPage(ctx, { limit: 50 })
    const before = items.find((item) => item.publicId === old.key.publicId)
    expect(before?.expiresAt).toBe(new Date(ctx.now.getTime() + 3_600_000).toISOString())
    const later = { ...ctx, now: new Date(ctx.now.getTime() + 3_600_000) }
    const states = (await keyPage(later, { limit: 50 })).items.map((item) => [item.publicId, item.state])
    expect(Object.fromEntries(states)).toEqual({ [key.publicId]: 'active', [old.key.publicId]: 'expired' })
  })

  test('rotation without overlap ends the old key now and tells every process', async () => {
    const team = await makeTeam()
    const old = await makeKey(team.id)
    const channel = await listening('signalbox_key')
    const ctx = systemCtx(team.id)
    await rotateKey(ctx, { publicId: old.publicId, overlapSec: 0 })
    await expect.poll(() => channel.heard).toContain(old.publicId)
    await channel.stop()
    const state = (await keyPage(ctx, { limit: 50 })).items.find((item) => item.publicId === old.publicId)?.state
    expect(state).toBe('expired')
  })

  test('a key rotated by five callers at once has one successor', async () => {
    const team = await makeTeam()
    const old = await makeKey(team.id)
    const rotating = Array.from({ length: 5 }, () => rotateKey(systemCtx(team.id), { publicId: old.publicId }))
    const results = await Promise.allSettled(rotating)
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
    expect(await prisma().agentKey.count({ where: { rotatedFrom: old.publicId } })).toBe(1)
  })

  test('of another team or for its agents are not found', async () => {
    const [team, other] = [await makeTeam(), await makeTeam()]
    const key = await makeKey(other.id)
    const agent = await makeAgent(other.id)
    const notFound = { code: 'not_found' }
    const ctx = systemCtx(team.id)
    await expect(revokeKey(ctx, { publicId: key.publicId })).rejects.toMatchObject(notFound)
    await expect(rotateKey(ctx, { publicId: key.publicId })).rejects.toMatchObject(notFound)
    const bound = createKey(ctx, { name: 'k', scopes: ['read'], environment: 'test', agentId: agent.id })
    await expect(bound).rejects.toMatchObject(notFound)
    expect((await keyPage(ctx, { limit: 50, agentId: agent.id })).items).toEqual([])
  })

  test('that would be dead when made are refused', async () => {
    const team = await makeTeam()
    const input = { name: 'k', scopes: ['read' as const], environment: 'test' }
    const past = createKey(systemCtx(team.id), { ...input, expiresAt: '2020-01-01T00:00:00Z' })
    await expect(past).rejects.toMatchObject({ code: 'bad_request', details: [{ path: 'expiresAt' }] })
    const scopeless = createKey(systemCtx(team.id), { ...input, scopes: [] })
    await expect(scopeless).rejects.toMatchObject({ code: 'bad_request' })
  })
})
