import { beforeEach, describe, expect, test } from 'vitest'
import { pool, prisma } from '@/lib/core/db'
import { registerReleases } from '@/lib/releases/registration'
import { makeTeam, systemCtx, unique } from '@/scripts/testing/house'
import { createAgent } from './commands/create-agent'
import { registerAgents } from './registration'

const names = (count: number, word = unique('a')) => Array.from({ length: count }, (_, i) => `${word}-${i}`)
const NOW = new Date('2026-03-05T12:00:00Z')
const TOMORROW = new Date('2026-03-06T00:00:00Z')

let teamId = ''
beforeEach(async () => {
  teamId = (await makeTeam()).id
})
const agentCount = () => prisma().agent.count({ where: { teamId } })

describe('registration on first sight', () => {
  test('of agents is exact at 200 a UTC day when 20 callers bring 20 new names each', async () => {
    const calls = Array.from({ length: 20 }, () => names(20))
    const results = await Promise.all(calls.map((wanted) => registerAgents(pool(), teamId, wanted, NOW)))
    expect(results.reduce((sum, { refused }) => sum + refused.size, 0)).toBe(200)
    expect(await agentCount()).toBe(200)
    for (const [i, { refused }] of results.entries()) {
      for (const name of refused) expect(calls[i]).toContain(name)
    }
    expect((await registerAgents(pool(), teamId, names(5), TOMORROW)).refused.size).toBe(0)
    expect(await agentCount()).toBe(205)
  })

  test('never refuses for names that several callers bring at once', async () => {
    const wanted = names(150)
    const results = await Promise.all(
      Array.from({ length: 16 }, (_, i) =>
        registerAgents(pool(), teamId, i % 2 ? wanted : wanted.toReversed(), new Date(NOW.getTime() + i)),
      ),
    )
    expect(results.every(({ refused }) => refused.size === 0)).toBe(true)
    expect(await agentCount()).toBe(150)
  })

  test('takes known names past the limit, and the first of the new ones in the order given', async () => {
    await prisma().team.update({ where: { id: teamId }, data: { newAgentsPerDay: 2 } })
    const [a, b, c] = ['z', 'y', 'x'].map((word) => unique(word))
    const first = await registerAgents(pool(), teamId, [a ?? '', b ?? '', c ?? ''], NOW)
    expect([...first.refused]).toEqual([c])
    const again = await registerAgents(pool(), teamId, [c ?? '', b ?? '', a ?? ''], NOW)
    expect([...again.refused]).toEqual([c])
    await createAgent(systemCtx(teamId), { name: c ?? '' })
    expect((await registerAgents(pool(), teamId, [c ?? ''], NOW)).refused.size).toBe(0)
  })

  test('asks the database nothing when everything was seen within the minute', async () => {
    const wanted = names(10)
    await registerAgents(pool(), teamId, wanted, NOW)
    const before = pool().totalCount + pool().idleCount
    const broken = {
      query: () => Promise.reject(new Error('asked')),
      connect: () => Promise.reject(new Error('asked')),
    }
    const silent = Object.assign(Object.create(pool()), broken)
    const soon = new Date(NOW.getTime() + 59_000)
    expect((await registerAgents(silent, teamId, wanted, soon)).refused.size).toBe(0)
    expect(pool().totalCount + pool().idleCount).toBe(before)
    const late = new Date(NOW.getTime() + 60_000)
    await expect(registerAgents(silent, teamId, wanted, late)).rejects.toThrow('asked')
  })

  test('marks agents as seen, forwards only', async () => {
    const [name = ''] = names(1)
    const seen = async () => (await prisma().agent.findFirstOrThrow({ where: { teamId, name } })).lastSeenAt
    await registerAgents(pool(), teamId, [name], NOW)
    expect(await seen()).toEqual(NOW)
    const later = new Date(NOW.getTime() + 3_600_000)
    await registerAgents(pool(), teamId, [name], later)
    expect(await seen()).toEqual(later)
  })

  test('in a transaction that is rolled back is forgotten with it', async () => {
    const wanted = names(3)
    const client = await pool().connect()
    await client.query('BEGIN')
    await registerAgents(client, teamId, wanted, NOW)
    await registerReleases(client, teamId, [{ agent: wanted[0] ?? '', name: '1' }], NOW)
    await client.query('ROLLBACK')
    client.release()
    expect(await agentCount()).toBe(0)
    await registerAgents(pool(), teamId, wanted, NOW)
    await registerReleases(pool(), teamId, [{ agent: wanted[0] ?? '', name: '1' }], NOW)
    expect(await agentCount()).toBe(3)
    expect(await prisma().release.count({ where: { teamId } })).toBe(1)
  })

  test('of releases is exact at 2,000 a UTC day, each agent with names of its own', async () => {
    const calls = Array.from({ length: 8 }, (_, i) => names(300).map((name) => ({ agent: `agent-${i % 2}`, name })))
    const results = await Promise.all(calls.map((wanted) => registerReleases(pool(), teamId, wanted, NOW)))
    const refused = calls.flatMap((wanted, i) => wanted.filter((release) => results[i]?.isRefused(release)))
    expect(refused).toHaveLength(400)
    expect(await prisma().release.count({ where: { teamId } })).toBe(2000)
    const [one] = calls[0] ?? []
    const other = await registerReleases(pool(), teamId, [{ agent: 'agent-9', name: one?.name ?? '' }], TOMORROW)
    expect(other.isRefused({ agent: 'agent-9', name: one?.name ?? '' })).toBe(false)
  })
})
