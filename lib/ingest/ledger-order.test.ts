import fc from 'fast-check'
import { expect, test } from 'vitest'
import { generate } from '@/lib/ingest/testing/generate'
import { itemsOf, MemoryTraces, type SpanResult } from '@/lib/ingest/testing/memory-traces'
import { judge } from '@/lib/ingest/testing/oracle'
import { judgeTwins } from '@/lib/ingest/testing/oracle-twins'
import { Random } from '@/lib/ingest/testing/random'
import type { WireSpan } from '@/lib/ingest/testing/wire-events'
import type { SpanNode } from '@/lib/ingest/span-node'

const spansOf = (events: readonly { type: string }[]): WireSpan[] =>
  events.filter((event): event is WireSpan => event.type === 'span')

const nodesOf = (spans: readonly WireSpan[]): SpanNode[] =>
  itemsOf(spans).flatMap((item) => (item.type === 'span' ? [item.node] : []))

const told = (spans: readonly WireSpan[]): Map<string, SpanResult> => {
  const traces = new Map<string, WireSpan[]>()
  for (const span of spans) traces.set(span.traceId, [...(traces.get(span.traceId) ?? []), span])
  const verdicts = judgeTwins([...traces.values()].flatMap(judge))
  return new Map(
    verdicts.map(({ s, state, cost, interaction, isTop }) => [
      `${s.traceId} ${s.id}`,
      { state, cost, interaction, isTop },
    ]),
  )
}

const sorted = (results: ReadonlyMap<string, SpanResult>) => Object.fromEntries([...results].sort())

/** Arrival in a random order, cut into batches of random size; now and then all is silent long enough for the worker. */
const arrive = (traces: MemoryTraces, nodes: readonly SpanNode[], random: Random, largest: number): void => {
  const order = random.shuffle(nodes)
  for (let i = 0; i < order.length;) {
    const size = random.int(1, largest)
    traces.take(order.slice(i, i + size))
    i += size
    if (random.chance(0.1)) traces.silence()
  }
}

test('any order, any cut and any repetition of generated traces gives what the oracle says', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 30 }), (seed, largest) => {
      const { events, partial } = generate(seed, { traces: 8, scopes: true })
      const random = new Random(seed + 1)
      const whole = spansOf(events)
      const doubled = whole.filter(() => random.chance(0.2))
      const traces = new MemoryTraces()
      arrive(traces, nodesOf([...whole, ...doubled, ...spansOf(partial)]), random, largest)
      traces.silence()
      expect(sorted(traces.result())).toEqual(sorted(told(whole)))
    }),
    { numRuns: 60 },
  )
})

test('a chain of 2,000 spans gives what the oracle says, children first, parents first and shuffled', () => {
  const whole = spansOf(generate(1, { traces: 1, deep: 1, depth: 2_000 }).events)
  const nodes = nodesOf(whole)
  const expected = sorted(told(whole))
  for (const order of [nodes, [...nodes].reverse(), new Random(5).shuffle(nodes)]) {
    const traces = new MemoryTraces()
    for (let i = 0; i < order.length; i += 500) traces.take(order.slice(i, i + 500))
    expect(sorted(traces.result())).toEqual(expected)
  }
})
