import { describe, expect, test } from 'vitest'
import { METADATA_SOURCES } from '@/lib/ingest/dialects/fields'
import { dialectsOf, DIALECTS, knownAttribute, unknownKeys } from '@/lib/ingest/dialects/known'
import { ORDER } from '@/lib/ingest/dialects/order'
import { payloads, spansOf } from '@/lib/ingest/testing/payloads'
import { aSpan } from '@/lib/ingest/testing/spans'
import { describeWithSharedData } from '@/scripts/testing/shared-data'

describe('the tables', () => {
  const told = DIALECTS.flatMap(({ attributes }) =>
    Object.entries(attributes).flatMap(([name, entry]) =>
      typeof entry === 'object' && 'field' in entry ? [`${entry.field} ${name}`] : [],
    ),
  )
  const ordered = Object.entries(ORDER).flatMap(([field, names]) => names.map((name) => `${field} ${name}`))

  test('every attribute that tells a field stands in the order of that field, and the other way round', () => {
    const fromTables = ordered.filter((one) => !/ (metadata:|@)/.test(one))
    expect(fromTables.toSorted()).toEqual(told.toSorted())
  })

  test('no attribute stands in two tables, or twice in an order', () => {
    const names = DIALECTS.flatMap(({ attributes }) => Object.keys(attributes))
    expect(names.filter((name, place) => names.indexOf(name) !== place)).toEqual([])
    expect(ordered.filter((one, place) => ordered.indexOf(one) !== place)).toEqual([])
  })

  test('every list of an order is a prefix of a table, and every kind of metadata is looked through', () => {
    const lists = DIALECTS.flatMap(({ prefixes }) =>
      Object.entries(prefixes).flatMap(([prefix, entry]) =>
        typeof entry === 'object' && 'messages' in entry ? [`${entry.messages} @${prefix}`] : [],
      ),
    )
    expect(ordered.filter((one) => one.includes(' @') && !one.endsWith('@events')).toSorted()).toEqual(lists.toSorted())
    for (const source of METADATA_SOURCES) expect(knownAttribute(`metadata:${source}:sessionid`)?.kind).toBe('field')
  })

  test('a prefix ends with a dot, so that no other name begins like it', () => {
    for (const { prefixes } of DIALECTS) {
      for (const prefix of Object.keys(prefixes)) expect(prefix).toMatch(/^[^.]+\..*\.$|^[^.]+\.$/)
    }
  })
})

describe('what was not understood', () => {
  test('an attribute that no table names is unknown; OpenTelemetry and the dialects are known', () => {
    const attributes = {
      'my.team.flag': 1,
      plan: 'b',
      'http.route': '/x',
      'gen_ai.request.temperature': 0.1,
      'ai.settings.maxRetries': 2,
      'llm.input_messages.3.message.role': 'user',
    }
    expect(unknownKeys(aSpan({ attributes }))).toEqual(['my.team.flag', 'plan'])
  })

  test('a span names the conventions it follows, not the names everybody uses', () => {
    const attributes = { 'gen_ai.request.model': 'm', 'ai.model.id': 'm', 'session.id': 's', input: 'x' }
    expect(dialectsOf(aSpan({ attributes }))).toEqual(['OpenTelemetry GenAI', 'Vercel AI SDK'])
  })
})

describeWithSharedData('published OTLP requests', () => {
  test.each(payloads())('$file: no attribute is unknown', ({ body }) => {
    expect([...new Set(spansOf(body).flatMap(unknownKeys))]).toEqual([])
  })
})
