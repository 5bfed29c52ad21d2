import { describe, expect, test } from 'vitest'
import type { SourceView } from '@/lib/sources/schema'
import { arrivalsOf, connectVerdict, sendersOf } from './arrivals'
import { gapsOf } from './gaps'

const opened = '2026-11-20T10:00:00.000Z'
const later = '2026-11-20T10:00:07.000Z'
const TOTALS = {
  modelCalls: 2,
  callsWithoutUsage: 0,
  callsWithoutCost: 0,
  inputTokens: 1_204,
  outputTokens: 96,
  costUsd: '0.000238200',
}
const trace = (fields: Partial<NonNullable<SourceView['lastTrace']>>): NonNullable<SourceView['lastTrace']> => ({
  id: 't1',
  isAttributed: true,
  interactionId: 'case-1',
  agent: 'shop',
  result: 'resolved',
  totals: TOTALS,
  ...fields,
})
const unnamed = trace({ isAttributed: false, interactionId: null, agent: null, result: null, totals: null })
const source = (fields: Partial<SourceView> = {}, gaps: Partial<SourceView['notUnderstood']> = {}): SourceView => ({
  id: 's1',
  keyId: 'abcdefghijkl',
  road: 'otlp',
  service: 'shop',
  scope: 'openinference.instrumentation.langchain',
  scopeVersion: '0.1.80',
  firstSeenAt: later,
  lastSeenAt: later,
  spans: 6,
  kinds: { llm: 2, tool: 4 },
  dialects: ['openinference'],
  models: ['gpt-4o-mini'],
  modelCalls: 2,
  inputTokens: 1_204,
  outputTokens: 96,
  lastTrace: trace({}),
  notUnderstood: {
    unknownKeys: [],
    callsWithoutUsage: 0,
    withoutUsageAt: null,
    callsWithoutPrice: 0,
    withoutPriceAt: null,
    modelsWithoutPrice: [],
    spansWithoutInteraction: 0,
    rejected: 0,
    rejections: [],
    ...gaps,
  },
  ...fields,
})
const ids = (...sources: SourceView[]) => gapsOf(sources).map(({ id }) => id)

describe('what was not understood', () => {
  test('is nothing when session, outcome, counts and price are there', () => {
    expect(gapsOf([source()])).toEqual([])
  })

  test('a trace without a session says so, with the attributes that name one; a later span of it mends that', () => {
    const lost = source({ lastTrace: unnamed })
    expect(gapsOf([lost])[0]).toMatchObject({ status: 'warning', what: 'No session id', items: ['shop'] })
    expect(gapsOf([lost])[0]?.wayOut).toMatch(/session\.id.*unattributed.*One trace is one interaction/)
    expect(ids(source({}, { spansWithoutInteraction: 5 }))).toEqual([])
  })

  test('calls without counts and without a price are counted against all calls and named by model', () => {
    const some = source(
      {},
      {
        callsWithoutUsage: 1,
        withoutUsageAt: later,
        callsWithoutPrice: 1,
        withoutPriceAt: later,
        modelsWithoutPrice: ['own'],
      },
    )
    expect(gapsOf([some]).map(({ what }) => what)).toEqual([
      '1 of 2 model calls came without token counts',
      'No price is known for 1 model call',
    ])
    expect(gapsOf([some])[1]?.items).toEqual(['own'])
  })

  test('what was put right ten minutes before the last arrival is not shown any more', () => {
    const mended = { callsWithoutUsage: 9, withoutUsageAt: '2026-11-20T09:00:00.000Z' }
    expect(ids(source({}, mended))).toEqual([])
  })

  test('spans of no agent are named as such, unless their interaction names one', () => {
    expect(ids(source({ service: null, lastTrace: unnamed }))).toEqual(['session', 'agent'])
    expect(ids(source({ service: null, lastTrace: trace({ agent: null }) }))).toEqual(['agent'])
    expect(ids(source({ service: null }))).toEqual([])
  })

  test('counts that the OpenAI Agents SDK has on its turns are not missing once the ledger has lent them', () => {
    const lacking = { callsWithoutUsage: 7, withoutUsageAt: later }
    const lent = source({ road: 'openai-agents', inputTokens: 0, outputTokens: 0 }, lacking)
    expect(ids(lent)).toEqual([])
    const totals = { ...TOTALS, callsWithoutUsage: 1 }
    expect(ids({ ...lent, lastTrace: trace({ totals }) })).toEqual(['usage'])
    expect(ids({ ...lent, road: 'otlp' })).toEqual(['usage'])
  })

  test('refusals come first, with each reason once and the time of its last', () => {
    const rejections = [1, 2].map(() => ({ at: later, reason: 'its start is missing', span: 't1/s1' }))
    rejections.push({ at: later, reason: 'trace_id: must be a text', span: '/' })
    const refused = source(
      { service: null, spans: 0, kinds: {}, modelCalls: 0, lastTrace: null },
      { rejected: 3, rejections },
    )
    const [first] = gapsOf([source({}, { unknownKeys: ['shop.basket'] }), refused])
    expect(first).toMatchObject({
      status: 'danger',
      what: '3 requests, spans or events were refused',
      items: ['10:00:07 t1/s1: its start is missing', '10:00:07 trace_id: must be a text'],
    })
  })

  test('a refusal goes when spans have come for ten minutes since', () => {
    const at = '2026-11-20T09:49:00.000Z'
    const refused = source(
      { spans: 0, lastSeenAt: at, lastTrace: null },
      { rejected: 1, rejections: [{ at, reason: 'x', span: null }] },
    )
    expect(ids(refused)).toEqual(['refused'])
    expect(ids(refused, source())).toEqual([])
  })

  test('an interaction without an outcome, spans without a call, kinds and attributes nobody knows are information', () => {
    const open = trace({ result: null })
    const bare = source(
      { lastTrace: open, kinds: { other: 6 }, modelCalls: 0, models: [] },
      { unknownKeys: ['shop.basket', 'shop.plan'] },
    )
    expect(gapsOf([bare]).map(({ id, status }) => [id, status])).toEqual([
      ['outcome', 'info'],
      ['calls', 'info'],
      ['kind', 'info'],
      ['attributes', 'info'],
    ])
    expect(gapsOf([bare]).at(-1)?.items).toEqual(['shop.basket', 'shop.plan'])
  })

  test('another scope of the same key may hold the calls', () => {
    expect(ids(source({ modelCalls: 0, kinds: { workflow: 1 } }), source({ id: 's2' }))).toEqual([])
  })
})

describe('the page says', () => {
  test('that it waits while nothing, or only refused things, came', () => {
    expect(arrivalsOf([], opened).state).toBe('waiting')
    expect(arrivalsOf([source({ spans: 0 })], opened).state).toBe('waiting')
  })

  test('what came before it was opened apart from what comes now', () => {
    const before = source({ lastSeenAt: '2026-11-20T09:59:00.000Z' })
    expect(arrivalsOf([before], opened).state).toBe('earlier')
    expect(arrivalsOf([before, source({ id: 's2' })], opened).state).toBe('arrived')
  })

  test('sources in the order of their first arrival, whatever came last', () => {
    const first = source({ id: 'a', firstSeenAt: opened })
    const second = source({ id: 'b', firstSeenAt: later })
    const order = (sources: SourceView[]) => {
      const arrivals = arrivalsOf(sources, opened)
      return arrivals.state === 'waiting' ? [] : arrivals.sources.map(({ id }) => id)
    }
    expect(order([first, second])).toEqual(['b', 'a'])
    expect(order([second, first])).toEqual(['b', 'a'])
  })

  test('who sends, and how much is to be put right', () => {
    const arrivals = arrivalsOf([source(), source({ id: 's2', service: 'desk' })], opened)
    expect(connectVerdict(arrivals, 0)).toBe('Spans of shop and desk arrived; everything in them was understood.')
    const nameless = arrivalsOf([source({ service: null, lastTrace: unnamed }), source({ id: 's2' })], opened)
    expect(connectVerdict(nameless, 2)).toBe(
      'Spans of shop and a service without a name arrived; 2 things to put right.',
    )
  })

  test('that nothing is stored while everything was refused', () => {
    expect(connectVerdict(arrivalsOf([], opened), 0)).toMatch(/^Nothing has arrived yet/)
    expect(connectVerdict(arrivalsOf([source({ spans: 0 })], opened), 1)).toMatch(
      /^Nothing is stored yet: what came was refused/,
    )
  })

  test('one sender once, whatever instrumentations it sends through', () => {
    const senders = sendersOf([
      source({ id: 'a', lastSeenAt: opened, lastTrace: trace({ id: 'before' }) }),
      source({ id: 'b', scope: 'own', lastTrace: trace({ id: 'last' }) }),
      source({ id: 'c', road: 'openai-agents', service: null }),
    ])
    expect(senders.map(({ name, road, sources, lastTrace }) => [name, road, sources.length, lastTrace?.id])).toEqual([
      ['shop', 'otlp', 2, 'last'],
      ['shop', 'openai-agents', 1, 't1'],
    ])
  })
})
