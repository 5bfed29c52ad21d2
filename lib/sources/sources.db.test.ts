import { afterAll, expect, test } from 'vitest'
import { GET } from '@/app/api/v1/sources/route'
import type { KeyCtx } from '@/lib/auth/caller'
import { closeDb } from '@/lib/core/db'
import { makeSender, testPool } from '@/lib/ingest/testing/sender'
import { asPerson, call, makeKey, makePerson, makeTeam, type TestKey } from '@/scripts/testing/house'
import { forgetSources } from './forget'
import { flushSources, noteSources, SourceNotes } from './note'
import { sightingsOf, type SeenSpan } from './rules'
import { SourcePage } from './schema'
import { saveSightings, SOURCES_MAX } from './store'

const pool = testPool(4)
afterAll(async () => {
  await pool.end()
  await closeDb()
})

const now = new Date()
const span = (node: Partial<SeenSpan['node']> = {}, more: Partial<Omit<SeenSpan, 'node'>> = {}): SeenSpan => ({
  node: {
    traceId: 't1',
    kind: 'llm',
    status: 'ok',
    startUs: now.getTime() * 1000,
    agent: 'shop',
    scope: 'openinference.instrumentation.langchain',
    interactionId: null,
    provider: 'openai',
    model: 'gpt-4o-mini',
    requestModel: null,
    inputTokens: 10,
    outputTokens: 2,
    costReported: null,
    ...node,
  },
  scopeVersion: '0.1.50',
  unknownKeys: [],
  dialects: ['openinference'],
  ...more,
})
const seen = (spans: SeenSpan[], keyId = 'abcdefghijkl') => sightingsOf({ keyId, road: 'otlp', now }, spans, [])

/** The context of a key as its sign-in makes it; the team's ingest settings are not looked at here. */
const keyCtx = (ctx: TestKey['ctx'], team: { id: string }) => ({ ...ctx, agentName: null, team }) as unknown as KeyCtx

const read = async (headers: Record<string, string>, query = '') => {
  const response = await call(GET, { path: `/api/v1/sources${query}`, headers })
  expect(response.status).toBe(200)
  return SourcePage.parse(await response.json())
}

test('what two processes count of one source adds up, also when they write at the same moment', async () => {
  const { team, key } = await makeSender()
  const processes = [new SourceNotes(saveSightings), new SourceNotes(saveSightings)]
  for (let round = 0; round < 10; round++) {
    processes.forEach((one, n) =>
      one.add(team.id, seen([span({}, { unknownKeys: [`own.${n}`] }), span({ kind: n === 0 ? 'tool' : 'llm' })])),
    )
    await Promise.all(processes.map((one) => one.flush()))
  }
  const { items } = await read(key.headers)
  expect(items).toHaveLength(1)
  expect(items[0]).toMatchObject({
    service: 'shop',
    scope: 'openinference.instrumentation.langchain',
    scopeVersion: '0.1.50',
    spans: 40,
    kinds: { llm: 30, tool: 10 },
    modelCalls: 30,
    inputTokens: 300,
    outputTokens: 60,
    dialects: ['openinference'],
  })
  expect(items[0]?.notUnderstood.unknownKeys.toSorted()).toEqual(['own.0', 'own.1'])
})

test('the first sight is written at once, more of the same waits, something new does not', async () => {
  const { team } = await makeSender()
  const notes = new SourceNotes(saveSightings)
  const stored = async () => {
    const { rows } = await pool.query<{ spans: string }>('SELECT spans FROM source WHERE team_id = $1', [team.id])
    return Number(rows[0]?.spans ?? 0)
  }
  notes.add(team.id, seen([span()]))
  await expect.poll(stored, { interval: 20, timeout: 2_000 }).toBe(1)
  notes.add(team.id, seen([span()]))
  notes.add(team.id, seen([span({}, { unknownKeys: ['shop.basket'] })]))
  await expect.poll(stored, { interval: 20, timeout: 2_000 }).toBe(3)
  notes.add(team.id, seen([span()]))
  expect(await stored()).toBe(3)
  await notes.flush()
  expect(await stored()).toBe(4)
})

test('what could not be written is written with the next, and nothing is thrown', async () => {
  const { team, key } = await makeSender()
  let fails = true
  const notes = new SourceNotes((id, sightings) =>
    fails ? Promise.reject(new Error('the database is away')) : saveSightings(id, sightings),
  )
  notes.add(team.id, seen([span()]))
  await notes.flush()
  notes.add(team.id, seen([span()]))
  fails = false
  await notes.flush()
  expect((await read(key.headers)).items[0]).toMatchObject({ spans: 2 })
})

test('what a request had refused is kept beside what it brought, with the reason', async () => {
  const { team, key } = await makeSender()
  noteSources(keyCtx(key.ctx, team), 'otlp', [span()], [{ reason: 'its start is missing', span: 't1/s9' }])
  await flushSources()
  const { items } = await read(key.headers)
  expect(items.map(({ service, spans }) => ({ service, spans }))).toContainEqual({ service: 'shop', spans: 1 })
  const refused = items.find(({ service }) => service === null)
  expect(refused).toMatchObject({ keyId: key.publicId, spans: 0 })
  expect(refused?.notUnderstood).toMatchObject({
    rejected: 1,
    rejections: [{ reason: 'its start is missing', span: 't1/s9' }],
  })
})

test('the last trace says whether an interaction was named, and how it ended', async () => {
  const { team, key, send } = await makeSender()
  const at = new Date().toISOString()
  const base = { type: 'span', kind: 'tool', name: 'x', agent: 'shop', startedAt: at }
  await send([
    { ...base, id: 's1', traceId: 'with', interactionId: 'case-1' },
    { ...base, id: 's2', traceId: 'without' },
    { type: 'outcome', interactionId: 'case-1', result: 'resolved' },
  ])
  await saveSightings(team.id, [
    ...seen([span({ traceId: 'with', scope: 'a' })]),
    ...seen([span({ traceId: 'without', scope: 'b' })]),
    ...seen([span({ traceId: 'unknown', scope: 'c' })]),
  ])
  const { items } = await read(key.headers)
  const lastTrace = (scope: string) => items.find((item) => item.scope === scope)?.lastTrace
  expect(lastTrace('a')).toMatchObject({ id: 'with', isAttributed: true, interactionId: 'case-1', result: 'resolved' })
  expect(lastTrace('b')).toMatchObject({ id: 'without', isAttributed: false, interactionId: null, result: null })
  expect(lastTrace('c')).toBeNull()
})

test('of the interaction it says the agent, what it cost and what of it is still unknown', async () => {
  const { team, key, send } = await makeSender()
  const call = {
    type: 'span',
    kind: 'llm',
    name: 'chat',
    traceId: 'told',
    interactionId: 'case-1',
    provider: 'openai',
    startedAt: new Date().toISOString(),
  }
  await send([
    { type: 'interaction', id: 'case-1', agent: 'desk' },
    { ...call, id: 's1', model: 'gpt-4o-mini', usage: { inputTokens: 1000, outputTokens: 100 } },
    { ...call, id: 's2', model: 'gpt-4o-mini' },
  ])
  await saveSightings(team.id, seen([span({ traceId: 'told', agent: null })]))
  const { items } = await read(key.headers)
  expect(items[0]).toMatchObject({
    service: null,
    lastTrace: {
      agent: 'desk',
      totals: {
        modelCalls: 2,
        callsWithoutUsage: 1,
        callsWithoutCost: 1,
        inputTokens: 1000,
        outputTokens: 100,
        costUsd: '0.000210000',
      },
    },
  })
})

test('where one trace is one interaction, it names itself', async () => {
  const { team, key, send } = await makeSender()
  const startedAt = new Date().toISOString()
  await send([{ type: 'span', kind: 'tool', name: 'x', agent: 'shop', startedAt, id: 's1', traceId: 'itself' }])
  await pool.query('UPDATE trace SET interaction_mode = 3 WHERE team_id = $1', [team.id]) // as the agent's setting does
  await saveSightings(team.id, seen([span({ traceId: 'itself' })]))
  const { items } = await read(key.headers)
  expect(items[0]?.lastTrace).toMatchObject({ isAttributed: true, interactionId: 'itself' })
})

test('a team keeps 500 sources, and the one not seen for longest goes', async () => {
  const { team } = await makeSender()
  const many = (from: number, count: number, at: Date) =>
    Array.from({ length: count }, (_, n) =>
      sightingsOf({ keyId: 'abcdefghijkl', road: 'otlp', now: at }, [span({ agent: `agent-${from + n}` })], []),
    ).flat()
  await saveSightings(team.id, many(0, SOURCES_MAX, now))
  await saveSightings(team.id, many(SOURCES_MAX, 20, new Date(now.getTime() + 1000)))
  const { rows } = await pool.query<{ n: number; recent: number }>(
    'SELECT count(*)::int AS n, count(*) FILTER (WHERE last_seen_at > $2)::int AS recent FROM source WHERE team_id = $1',
    [team.id, now],
  )
  expect(rows[0]).toEqual({ n: SOURCES_MAX, recent: 20 })
})

test('another team sees nothing of them, by key or by session', async () => {
  const { team } = await makeSender()
  await saveSightings(team.id, seen([span()]))
  const other = await makeTeam()
  const key = await makeKey(other.id, { scopes: ['read'] })
  expect((await read(key.headers)).items).toEqual([])
  const viewer = await makePerson({ teamId: other.id, role: 'VIEWER' })
  expect((await read(asPerson(viewer, other.slug))).items).toEqual([])
  const foreign = await call(GET, { path: '/api/v1/sources', headers: asPerson(viewer, team.slug) })
  expect(foreign.status).toBe(404)
})

test('pages go on where they ended, and can be those of one key or since a time', async () => {
  const { team, key } = await makeSender()
  await saveSightings(team.id, [...seen([span()], key.publicId), ...seen([span({ agent: 'b' })], 'zzzzzzzzzzzz')])
  const first = await read(key.headers, '?limit=1')
  const second = await read(key.headers, `?limit=1&cursor=${first.nextCursor}`)
  expect(new Set([first.items[0]?.id, second.items[0]?.id]).size).toBe(2)
  expect(second.nextCursor).toBeNull()
  expect((await read(key.headers, `?keyId=${key.publicId}`)).items.map(({ keyId }) => keyId)).toEqual([key.publicId])
  const later = new Date(now.getTime() + 1000).toISOString()
  expect((await read(key.headers, `?since=${later}`)).items).toEqual([])
})

test('a source that has sent nothing for 30 days goes', async () => {
  const { team, key } = await makeSender()
  await saveSightings(team.id, seen([span()]))
  expect(await forgetSources(pool, new Date(now.getTime() + 29 * 86_400_000))).toBe(0)
  expect((await read(key.headers)).items).toHaveLength(1)
  await forgetSources(pool, new Date(now.getTime() + 31 * 86_400_000))
  expect((await read(key.headers)).items).toEqual([])
})
