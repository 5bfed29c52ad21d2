import { describe, expect, test } from 'vitest'
import type { SourceView } from '@/lib/sources/schema'
import { arrivalsOf, connectVerdict } from './arrivals'
import { gapsOf } from './gaps'

const opened = '2026-11-20T10:00:00.000Z'
const later = '2026-11-20T10:00:07.000Z'
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
  lastTrace: { id: 't1', isAttributed: true, interactionId: 'case-1', result: 'resolved' },
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
    const lost = source({ lastTrace: { id: 't1', isAttributed: false, interactionId: null, result: null } })
    expect(gapsOf([lost])[0]).toMatchObject({ status: 'warning', what: 'No session id' })
    expect(gapsOf([lost])[0]?.wayOut).toMatch(/session\.id.*unattributed/)
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

  test('refusals come first, with each reason once', () => {
    const rejections = [1, 2].map(() => ({ at: later, reason: 'its start is missing', span: 't1/s1' }))
    const refused = source(
      { service: null, spans: 0, kinds: {}, modelCalls: 0, lastTrace: null },
      { rejected: 2, rejections },
    )
    const [first] = gapsOf([source({}, { unknownKeys: ['shop.basket'] }), refused])
    expect(first).toMatchObject({
      status: 'danger',
      what: '2 arrivals were refused',
      items: ['t1/s1: its start is missing'],
    })
  })

  test('an interaction without an outcome, spans without a call, kinds and attributes nobody knows are information', () => {
    const open = { id: 't1', isAttributed: true, interactionId: 'case-1', result: null }
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
  })
})
