import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { pool, prisma } from '@/lib/core/db'
import { auditOf, makeAgent, makeKey, makePerson, makeTeam, systemCtx, unique } from '@/scripts/testing/house'
import { registerRelease } from './commands'
import { oneRelease, releasePage } from './queries'
import { registerReleases } from './registration'

const MANIFEST = { model: 'gpt-4o', prompts: [{ name: 'triage', version: 3 }], temperature: 0.2, note: 'é\u0000' }

describe('registering a release', () => {
  test('twice with one manifest, keys in any order, is one release and one audit entry', async () => {
    const team = await makeTeam()
    const input = { agent: unique('agent'), name: '1.4.0', manifest: MANIFEST }
    const first = await registerRelease(systemCtx(team.id), input)
    const turned = Object.fromEntries(Object.entries(MANIFEST).toReversed())
    expect(await registerRelease(systemCtx(team.id), { ...input, manifest: turned })).toEqual(first)
    const canonical = '{"model":"gpt-4o","note":"é\\u0000","prompts":[{"name":"triage","version":3}],"temperature":0.2}'
    expect(first.manifestSha256).toBe(createHash('sha256').update(canonical).digest('hex'))
    expect(first.manifest).toEqual(MANIFEST)
    expect(await auditOf(team.id, first.id)).toMatchObject([{ kind: 'release.register' }])
    expect(await prisma().agent.count({ where: { teamId: team.id, name: input.agent } })).toBe(1)
  })

  test('with another manifest under the same name is a conflict that names both hashes', async () => {
    const team = await makeTeam()
    const input = { agent: unique('agent'), name: '1', manifest: MANIFEST }
    const { manifestSha256 } = await registerRelease(systemCtx(team.id), input)
    const other = registerRelease(systemCtx(team.id), { ...input, manifest: { ...MANIFEST, temperature: 0.3 } })
    await expect(other).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('under a new name'),
      details: [{ path: 'manifest', message: expect.stringContaining(manifestSha256 ?? '?') }],
    })
  })

  test('by eight callers with two manifests leaves the one that came first', async () => {
    const team = await makeTeam()
    const input = { agent: unique('agent'), name: '1' }
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) => registerRelease(systemCtx(team.id), { ...input, manifest: { v: i % 2 } })),
    )
    const kept = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.manifestSha256] : []))
    expect(kept).toHaveLength(4)
    expect(new Set(kept).size).toBe(1)
  })

  test('that telemetry named first gives it its manifest', async () => {
    const team = await makeTeam()
    const agent = unique('agent')
    await registerReleases(pool(), team.id, [{ agent, name: '2' }], new Date())
    const seen = (await releasePage(systemCtx(team.id), { limit: 50 })).items[0]
    expect(seen).toMatchObject({ origin: 'telemetry', manifestSha256: null })
    const registered = await registerRelease(systemCtx(team.id), { agent, name: '2', manifest: MANIFEST })
    expect(registered).toMatchObject({ id: seen?.id, origin: 'telemetry', manifest: MANIFEST })
  })

  test('refuses manifests that have no one text or are too large or too deep', async () => {
    const team = await makeTeam()
    const input = { agent: unique('agent'), name: '1' }
    const deep = '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000)
    const bodies = [
      '{"n":9007199254740992}',
      '{"n":1e400}',
      '{"s":"\\ud800"}',
      `{"s":"${'x'.repeat(262_145)}"}`,
      deep,
      '[]',
    ]
    for (const body of bodies) {
      const registering = registerRelease(systemCtx(team.id), { ...input, manifest: JSON.parse(body) })
      await expect(registering).rejects.toMatchObject({ code: 'bad_request' })
    }
  })

  test('by a key of one agent works for that agent only, and it sees no other', async () => {
    const team = await makeTeam()
    const [own, other] = [await makeAgent(team.id), await makeAgent(team.id)]
    const key = await makeKey(team.id, { agentId: own.id, scopes: ['releases', 'read'] })
    const foreign = await registerRelease(systemCtx(team.id), { agent: other.name, name: '1', manifest: MANIFEST })
    const registering = registerRelease(key.ctx, { agent: other.name, name: '1', manifest: MANIFEST })
    await expect(registering).rejects.toMatchObject({ code: 'forbidden' })
    const mine = await registerRelease(key.ctx, { agent: own.name, name: '1', manifest: MANIFEST })
    expect((await releasePage(key.ctx, { limit: 50 })).items.map((release) => release.id)).toEqual([mine.id])
    expect((await releasePage(key.ctx, { limit: 50, agent: other.name })).items).toEqual([])
    await expect(oneRelease(key.ctx, foreign.id)).rejects.toMatchObject({ code: 'not_found' })
  })

  test('past the limit of the day says who can raise it and when to come again', async () => {
    const team = await makeTeam()
    await prisma().team.update({ where: { id: team.id }, data: { newReleasesPerDay: 1 } })
    const agent = unique('agent')
    await registerRelease(systemCtx(team.id), { agent, name: '1', manifest: {} })
    await expect(registerRelease(systemCtx(team.id), { agent, name: '2', manifest: {} })).rejects.toMatchObject({
      code: 'rate_limited',
      message: expect.stringContaining('platform administrator'),
    })
    const viewer = await makePerson({ teamId: team.id, role: 'VIEWER' })
    await expect(registerRelease(viewer.ctx, { agent, name: '1', manifest: {} })).rejects.toMatchObject({
      code: 'forbidden',
    })
  })
})
