import { expect, test } from 'vitest'
import { MemoryTraces } from '@/lib/ingest/testing/memory-traces'
import { nodeOf, payloads, spansOf, type ExpectedPayload } from '@/lib/ingest/testing/payloads'
import { Random } from '@/lib/ingest/testing/random'
import type { SpanNode } from '@/lib/ingest/span-node'
import { describeWithSharedData } from '@/scripts/testing/shared-data'

// Issue 3, Shown 1, without a database: what each published request comes to once its trace is settled.

/** What was priced of the spans, in the terms of expected.json. */
const outcomeOf = (nodes: readonly SpanNode[], batches: readonly (readonly SpanNode[])[]) => {
  const memory = new MemoryTraces()
  for (const batch of batches) memory.take(batch)
  const results = memory.result()
  const priced = nodes.flatMap((node) => {
    const result = results.get(`${node.traceId} ${node.spanId}`)
    return result && (result.state === 'computed' || result.state === 'reported') ? [{ node, cost: result.cost }] : []
  })
  const sum = (field: 'inputTokens' | 'outputTokens' | 'cacheReadTokens' | 'cacheWriteTokens' | 'reasoningTokens') =>
    priced.reduce<number | null>((all, { node }) => (node[field] === null ? all : (all ?? 0) + node[field]), null)
  return {
    traces: new Set(nodes.map((node) => node.traceId)).size,
    spans: nodes.length,
    leafModelCalls: priced.length,
    toolSpans: nodes.filter((node) => node.kind === 'tool').length,
    errorSpans: nodes.filter((node) => node.status === 'error').length,
    inputTokens: sum('inputTokens'),
    cacheReadTokens: sum('cacheReadTokens'),
    cacheWriteTokens: sum('cacheWriteTokens'),
    outputTokens: sum('outputTokens'),
    reasoningTokens: sum('reasoningTokens'),
    models: [...new Set(priced.map(({ node }) => node.model ?? node.requestModel))].sort(),
    scopes: [...new Set(nodes.map((node) => node.scope))].sort(),
    costNanoUsd: priced.reduce((all, { cost }) => all + (cost ?? 0), 0),
    calls: priced
      .map(({ node, cost }) => ({
        name: node.name,
        model: node.model ?? node.requestModel,
        requestModel: node.requestModel,
        inputTokens: node.inputTokens,
        cacheReadTokens: node.cacheReadTokens,
        cacheWriteTokens: node.cacheWriteTokens,
        outputTokens: node.outputTokens,
        reasoningTokens: node.reasoningTokens,
        costNanoUsd: cost,
      }))
      .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))),
  }
}

const wanted = (expected: ExpectedPayload) => {
  const { wrongIfEverySpanCounted: _wrong, calls, ...rest } = expected
  const { interactionId: _i, userId: _u, promptVersion: _p, serviceName: _s, serviceVersion: _v, ...counts } = rest
  const { environment: _e, ...totals } = counts
  return {
    ...totals,
    ...(calls && { calls: calls.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))) }),
  }
}

describeWithSharedData('published OTLP requests', () => {
  test.each(payloads())('I1 C2 C3 $file: calls, tokens and cost of its leaf calls', ({ body, expected }) => {
    const nodes = spansOf(body).map((span) => nodeOf(span))
    const outcome = outcomeOf(nodes, [nodes])
    expect(outcome).toMatchObject(wanted(expected))
    if (expected.wrongIfEverySpanCounted.inputTokens !== expected.inputTokens) {
      expect(outcome.inputTokens).not.toBe(expected.wrongIfEverySpanCounted.inputTokens)
    }
  })

  test.each(payloads())('$file: span by span in any order, the same', ({ body, expected }) => {
    const nodes = spansOf(body).map((span) => nodeOf(span))
    for (let seed = 1; seed <= 12; seed++) {
      const order = new Random(seed).shuffle([...nodes, ...nodes.slice(0, 2)])
      expect(
        outcomeOf(
          nodes,
          order.map((node) => [node]),
        ),
      ).toMatchObject(wanted(expected))
    }
  })

  test.each(payloads())(
    '$file: interaction, user, prompt version, agent, release, environment',
    ({ body, expected }) => {
      const nodes = spansOf(body).map((span) => nodeOf(span))
      const told = (field: 'interactionId' | 'userId' | 'promptVersion' | 'agent' | 'release') => [
        ...new Set(nodes.flatMap((node) => node[field] ?? [])),
      ]
      const one = (value: string | undefined) => (value === undefined ? [] : [value])
      expect(told('interactionId')).toEqual(one(expected.interactionId))
      expect(told('promptVersion')).toEqual(one(expected.promptVersion))
      expect(told('release')).toEqual(one(expected.serviceVersion))
      if (expected.userId) expect(told('userId')).toEqual([expected.userId])
      if (expected.serviceName) expect(told('agent')).toEqual([expected.serviceName])
      expect(new Set(nodes.map((node) => node.environment))).toEqual(new Set([expected.environment ?? 'test']))
    },
  )

  test("a key bound to an agent gives its name to every span; the sender's own name is no refusal", () => {
    for (const { body } of payloads()) {
      for (const span of spansOf(body)) expect(nodeOf(span, 'bound').agent).toBe('bound')
    }
  })
})
