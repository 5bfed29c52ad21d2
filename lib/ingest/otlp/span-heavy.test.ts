import { expect, test } from 'vitest'
import { aSpan, map } from '@/lib/ingest/testing/spans'

/** As many attributes as a body of some MiB holds, named by `name`. */
const flat = (count: number, name: (n: number) => string) =>
  aSpan({ attributes: Object.fromEntries(Array.from({ length: count }, (_, n) => [name(n), 'x'])) })

test.each([
  ['messages', (n: number) => `llm.input_messages.${n}.message.role`],
  ['deep parts', (n: number) => `llm.input_messages.${n}.a.b.c.d.e.f.g.h.i.j.k.l`],
  ['evaluations', (n: number) => `evaluations.${n}.evaluation.name`],
])('a span of 100,000 flattened %s is cut and flagged, and holds nobody up', (_, name) => {
  const span = flat(100_000, name)
  map(flat(100, name))
  const started = performance.now()
  const { node } = map(span)
  expect(node.flags).toContain('attributes_cut')
  // Whole, the deep ones took more than 10 s.
  expect(performance.now() - started).toBeLessThan(5_000)
})

test('a conversation of 2,000 flattened messages is whole', () => {
  const { node, payload } = map(flat(2_000, (n) => `llm.input_messages.${n}.message.content`))
  expect(node.flags).toEqual([])
  expect(JSON.parse(payload?.input ?? '')).toHaveLength(2_000)
})
