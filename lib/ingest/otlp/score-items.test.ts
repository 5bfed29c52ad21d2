import { describe, expect, test } from 'vitest'
import { logMapper } from '@/lib/ingest/otlp/log-items'
import type { OtlpLog, OtlpSpan } from '@/lib/ingest/otlp/types'
import { TEAM } from '@/lib/ingest/testing/memory-traces'
import { mapped, NOW_US } from '@/lib/ingest/testing/payloads'
import { anEvent, aSpan } from '@/lib/ingest/testing/spans'

const scoresOf = (words: Partial<OtlpSpan>) =>
  mapped(aSpan(words)).flatMap((item) => (item.type === 'score' ? [item] : []))
const { traceId, spanId, startUs, endUs } = aSpan()

describe('evaluation results', () => {
  const result = {
    'gen_ai.evaluation.name': 'relevance',
    'gen_ai.evaluation.score.value': 0.8,
    'gen_ai.evaluation.score.label': 'good',
    'gen_ai.evaluation.explanation': 'on topic',
  }
  const wanted = { name: 'relevance', value: 0.8, label: 'good', comment: 'on topic', source: 'model' }

  test('an event of a span is a score of that span, at the time of the event', () => {
    const [item, ...others] = scoresOf({ events: [anEvent('gen_ai.evaluation.result', result)] })
    expect(item?.score).toMatchObject({ ...wanted, traceId, spanId, interactionId: null, atUs: startUs + 500_000 })
    expect(item?.atGiven).toBe(true)
    expect(others).toEqual([])
  })

  test('the same result sent again, also as a log record, is the same score', () => {
    const [item] = scoresOf({ events: [anEvent('gen_ai.evaluation.result', result)] })
    const [again] = logItems({ eventName: 'gen_ai.evaluation.result', attributes: result })
    expect(again).toMatchObject({ type: 'score', score: { ...wanted, id: item?.score.id } })
  })

  test('one that says neither value nor label, or has no name, is none', () => {
    const name = { 'gen_ai.evaluation.name': 'relevance' }
    for (const attributes of [
      name,
      { 'gen_ai.evaluation.score.value': 1 },
      { ...name, 'gen_ai.evaluation.score.value': 'x' },
    ]) {
      expect(scoresOf({ events: [anEvent('gen_ai.evaluation.result', attributes)] })).toEqual([])
    }
  })
})

describe('OpenInference annotations and evaluations', () => {
  test.each([
    ['HUMAN', 'human'],
    ['LLM', 'model'],
    ['CODE', 'rule'],
  ])('annotator %s is the source %s', (kind, source) => {
    const at = 'annotations.0.annotation.'
    const [item] = scoresOf({
      attributes: { [`${at}name`]: 'tone', [`${at}score`]: '0.5', [`${at}annotator_kind`]: kind },
    })
    expect(item?.score).toMatchObject({ name: 'tone', value: 0.5, source, traceId, spanId, atUs: endUs })
  })

  test('those of a trace or a session judge the trace or the interaction', () => {
    const items = scoresOf({
      attributes: {
        'trace.evaluations.0.evaluation.name': 'a',
        'trace.evaluations.0.evaluation.label': 'yes',
        'session.annotations.1.annotation.name': 'b',
        'session.annotations.1.annotation.score': 1,
        'session.id': 's-1',
      },
    })
    expect(items.map(({ score }) => score)).toMatchObject([
      { name: 'a', traceId, spanId: null, interactionId: null },
      { name: 'b', traceId: null, spanId: null, interactionId: 's-1' },
    ])
  })
})

const logItems = (words: Partial<OtlpLog>) =>
  logMapper({ agentName: null, environment: 'test', team: TEAM, nowUs: NOW_US })({
    traceId,
    spanId,
    timeUs: startUs,
    eventName: null,
    attributes: {},
    body: null,
    resource: { attributes: {} },
    scope: { name: 'a scope', version: '' },
    ...words,
  })

describe('log records', () => {
  const details = { 'gen_ai.input.messages': '[{"role":"user"}]', 'gen_ai.output.messages': '[{"role":"assistant"}]' }
  const eventName = 'gen_ai.client.inference.operation.details'

  test('details of a model call are content for its span, in the attributes or in the body', () => {
    for (const words of [{ attributes: details }, { body: details }]) {
      expect(logItems({ eventName, ...words })).toEqual([
        {
          type: 'content',
          payload: {
            day: '2026-02-17',
            traceId,
            spanId,
            input: '[{"role":"user"}]',
            output: '[{"role":"assistant"}]',
            inputFullBytes: null,
            outputFullBytes: null,
            attributes: null,
          },
        },
      ])
    }
  })

  test('any other record, one without a span, and one of an absurd time add nothing', () => {
    expect(logItems({ eventName: 'app.started', attributes: details })).toEqual([])
    expect(logItems({ eventName, attributes: details, spanId: null })).toEqual([])
    expect(logItems({ eventName, attributes: details, timeUs: 1 })).toEqual([])
    expect(logItems({ eventName })).toEqual([])
  })
})
