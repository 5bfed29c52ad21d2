import { readdirSync, readFileSync } from 'node:fs'
import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DomainError } from '@/lib/core/errors'
import { checkMetrics, decodeLogs, decodeTraces } from '@/lib/ingest/otlp/decode'
import { ExportLogsServiceRequestSchema } from '@/lib/ingest/otlp/generated/opentelemetry/proto/collector/logs/v1/logs_service_pb'
import { ExportTraceServiceRequestSchema } from '@/lib/ingest/otlp/generated/opentelemetry/proto/collector/trace/v1/trace_service_pb'
import type {
  AnyValueSchema,
  KeyValueSchema,
} from '@/lib/ingest/otlp/generated/opentelemetry/proto/common/v1/common_pb'
import type { SpanSchema } from '@/lib/ingest/otlp/generated/opentelemetry/proto/trace/v1/trace_pb'
import type { OtlpTraces } from '@/lib/ingest/otlp/types'
import { describeWithSharedData, sharedData } from '@/scripts/testing/shared-data'

const NOW_US = Date.UTC(2026, 2, 1) * 1000
const START = 1771283778037440999n // 2026-02-16T23:16:18.037440999Z

type Any = MessageInitShape<typeof AnyValueSchema>
type Attribute = MessageInitShape<typeof KeyValueSchema>
type Span = MessageInitShape<typeof SpanSchema>

const protobuf = (spans: Span[]): Uint8Array =>
  toBinary(
    ExportTraceServiceRequestSchema,
    create(ExportTraceServiceRequestSchema, { resourceSpans: [{ scopeSpans: [{ spans }] }] }),
  )
const json = (body: unknown): Uint8Array => Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
const jsonSpans = (...spans: unknown[]): Uint8Array => json({ resourceSpans: [{ scopeSpans: [{ spans }] }] })
const ofJson = (...spans: unknown[]): OtlpTraces => decodeTraces('json', jsonSpans(...spans), NOW_US)
const ofProtobuf = (...spans: Span[]): OtlpTraces => decodeTraces('protobuf', protobuf(spans), NOW_US)

const span = (over: Record<string, unknown> = {}): Record<string, unknown> => ({
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  name: 'chat',
  startTimeUnixNano: String(START),
  ...over,
})
const pbSpan = (over: Span = {}): Span => ({
  traceId: Buffer.from('0af7651916cd43dd8448eb211c80319c', 'hex'),
  spanId: Buffer.from('b7ad6b7169203331', 'hex'),
  name: 'chat',
  startTimeUnixNano: START,
  ...over,
})

const refusal = (work: () => unknown): unknown => {
  try {
    work()
  } catch (error) {
    return error instanceof DomainError ? error.code : error
  }
  return 'nothing was refused'
}

describe('both encodings say the same', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 12 })
  const { any } = fc.letrec<{ any: Any }>((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.constant<Any>({}),
      text.map((value): Any => ({ value: { case: 'stringValue', value } })),
      fc.boolean().map((value): Any => ({ value: { case: 'boolValue', value } })),
      fc
        .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
        .map((value): Any => ({ value: { case: 'intValue', value } })),
      fc.double().map((value): Any => ({ value: { case: 'doubleValue', value } })),
      fc.uint8Array({ maxLength: 9 }).map((value): Any => ({ value: { case: 'bytesValue', value } })),
      fc
        .array(tie('any'), { maxLength: 3 })
        .map((values): Any => ({ value: { case: 'arrayValue', value: { values } } })),
      fc
        .array(fc.record({ key: text, value: tie('any') }), { maxLength: 3 })
        .map((values): Any => ({ value: { case: 'kvlistValue', value: { values } } })),
    ),
  }))
  const attributes = fc.array(
    fc.record({
      key: fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'gen_ai.usage.input_tokens')),
      value: any,
    }),
    { maxLength: 5 },
  )
  const nanos = fc.bigInt({ min: START - 10n ** 15n, max: START + 10n ** 15n })
  const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })
  const anySpan: fc.Arbitrary<Span> = fc.record({
    traceId: fc.oneof(bytes(16), fc.uint8Array({ maxLength: 20 })),
    spanId: fc.oneof(bytes(8), fc.constant(new Uint8Array(8))),
    parentSpanId: fc.oneof(bytes(8), fc.constant(new Uint8Array()), fc.constant(new Uint8Array(8))),
    name: text,
    startTimeUnixNano: fc.oneof({ weight: 9, arbitrary: nanos }, fc.constant(0n)),
    endTimeUnixNano: fc.oneof(nanos, fc.constant(0n)),
    status: fc.record({ code: fc.constantFrom(0, 1, 2), message: text }),
    attributes,
    events: fc.array(fc.record({ name: text, timeUnixNano: nanos, attributes }), { maxLength: 2 }),
  })

  type Style = { upper: boolean; numbers: boolean }
  const hex = (value: Uint8Array | undefined, { upper }: Style): string => {
    const digits = Buffer.from(value ?? []).toString('hex')
    return upper ? digits.toUpperCase() : digits
  }
  /** A 64-bit integer as text or as bare digits; those are marked, because JSON.stringify would round a number. */
  const integer = (value: bigint, { numbers }: Style): string => (numbers ? `@@${value}@@` : String(value))
  const anyJson = ({ value }: Any, style: Style): unknown => {
    if (value === undefined) return {}
    switch (value.case) {
      case 'intValue':
        return { intValue: integer(value.value, style) }
      case 'doubleValue':
        return { doubleValue: Number.isFinite(value.value) ? value.value : String(value.value) }
      case 'bytesValue':
        return { bytesValue: Buffer.from(value.value).toString('base64') }
      case 'arrayValue':
        return { arrayValue: { values: value.value.values?.map((item) => anyJson(item, style)) } }
      case 'kvlistValue':
        return { kvlistValue: { values: attributesJson(value.value.values, style) } }
      case undefined:
        return {}
      default:
        return { [value.case]: value.value }
    }
  }
  const attributesJson = (list: Attribute[] | undefined, style: Style): unknown =>
    list?.map(({ key, value }) => ({ key, value: anyJson(value ?? {}, style) }))
  const spanJson = (one: Span, style: Style): unknown => ({
    traceId: hex(one.traceId, style),
    spanId: hex(one.spanId, style),
    parentSpanId: hex(one.parentSpanId, style),
    name: one.name,
    startTimeUnixNano: integer(one.startTimeUnixNano ?? 0n, style),
    endTimeUnixNano: integer(one.endTimeUnixNano ?? 0n, style),
    status: one.status,
    attributes: attributesJson(one.attributes, style),
    events: one.events?.map((event) => ({
      name: event.name,
      timeUnixNano: integer(event.timeUnixNano ?? 0n, style),
      attributes: attributesJson(event.attributes, style),
    })),
    unknownField: { traceId: [1, { deep: null }] },
  })

  test('any spans are the same spans, and the same ones are bad', () => {
    fc.assert(
      fc.property(
        fc.array(anySpan, { maxLength: 4 }),
        attributes,
        text,
        fc.boolean(),
        fc.boolean(),
        (spans, resource, name, upper, numbers) => {
          const style = { upper, numbers }
          const request = create(ExportTraceServiceRequestSchema, {
            resourceSpans: [
              { resource: { attributes: resource }, scopeSpans: [{ scope: { name, version: '1' }, spans }] },
            ],
          })
          const body = {
            resourceSpans: [
              {
                resource: { attributes: attributesJson(resource, style) },
                scopeSpans: [{ scope: { name, version: '1' }, spans: spans.map((one) => spanJson(one, style)) }],
              },
            ],
          }
          const written = JSON.stringify(body).replace(/"@@(-?\d+)@@"/g, '$1')
          const fromJson = decodeTraces('json', json(written), NOW_US)
          const fromProtobuf = decodeTraces('protobuf', toBinary(ExportTraceServiceRequestSchema, request), NOW_US)
          expect(fromJson).toEqual(fromProtobuf)
          expect(fromJson.spans.length + fromJson.bad.length).toBe(spans.length)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('what the exporters of OpenTelemetry for JavaScript write is read', () => {
    const context = { traceId: '0af7651916cd43dd8448eb211c80319c', traceFlags: 1 }
    const bytesOf = ProtobufTraceSerializer.serializeRequest([
      {
        name: 'chat gpt-4o',
        kind: 2,
        spanContext: () => ({ ...context, spanId: 'b7ad6b7169203331' }),
        parentSpanContext: { ...context, spanId: '00f067aa0ba902b7' },
        startTime: [1771283778, 37440999],
        endTime: [1771283779, 1],
        status: { code: 2, message: 'overloaded' },
        attributes: {
          'gen_ai.usage.input_tokens': 12,
          'gen_ai.request.temperature': 0.5,
          tags: ['a', 'b'],
          stream: true,
        },
        events: [{ name: 'exception', time: [1771283778, 500000000], attributes: { 'exception.type': 'Overloaded' } }],
        links: [],
        duration: [1, 0],
        ended: true,
        resource: {
          attributes: { 'service.name': 'shop' },
          merge: (other) => other ?? never(),
          getRawAttributes: () => [],
        },
        instrumentationScope: { name: 'openinference', version: '1.2.3' },
        droppedAttributesCount: 0,
        droppedEventsCount: 0,
        droppedLinksCount: 0,
      },
    ])
    const { spans, bad } = decodeTraces('protobuf', bytesOf ?? new Uint8Array(), NOW_US)
    expect(bad).toEqual([])
    expect(spans).toEqual([
      {
        traceId: '0af7651916cd43dd8448eb211c80319c',
        spanId: 'b7ad6b7169203331',
        parentId: '00f067aa0ba902b7',
        name: 'chat gpt-4o',
        startUs: 1771283778037440,
        endUs: 1771283779000000,
        statusCode: 2,
        statusMessage: 'overloaded',
        attributes: {
          'gen_ai.usage.input_tokens': 12,
          'gen_ai.request.temperature': 0.5,
          tags: ['a', 'b'],
          stream: true,
        },
        events: [{ name: 'exception', timeUs: 1771283778500000, attributes: { 'exception.type': 'Overloaded' } }],
        resource: { attributes: { 'service.name': 'shop' } },
        scope: { name: 'openinference', version: '1.2.3' },
      },
    ])
  })
  const never = (): never => {
    throw new Error('resources are not merged here')
  }

  test('an empty body holds nothing and is no error', () => {
    for (const encoding of ['json', 'protobuf'] as const) {
      expect(decodeTraces(encoding, new Uint8Array(), NOW_US)).toEqual({ spans: [], bad: [] })
      expect(decodeLogs(encoding, new Uint8Array())).toEqual({ logs: [], bad: [] })
      expect(checkMetrics(encoding, new Uint8Array())).toBeUndefined()
    }
  })
})

describe('numbers keep every digit', () => {
  test.each([
    ['as text', `"${START}"`],
    ['as a number', String(START)],
  ])('times %s are truncated to microseconds, never rounded', (_, time) => {
    const body = JSON.stringify(span({ startTimeUnixNano: '@@' })).replace('"@@"', time)
    expect(
      decodeTraces('json', json(`{"resourceSpans":[{"scopeSpans":[{"spans":[${body}]}]}]}`), NOW_US),
    ).toMatchObject({
      spans: [{ startUs: 1771283778037440 }],
    })
  })

  test('whole numbers beyond 2^53 stay as text, in attributes too; digits inside texts are left alone', () => {
    const payload = '{"id":12345678901234567890,"x":"\\\\\\"1234567890123456789"}'
    const body = `{"resourceSpans":[{"scopeSpans":[{"spans":[${JSON.stringify(span())
      .slice(0, -1)
      .concat(
        `,"attributes":[{"key":"n","value":{"intValue":9223372036854775807}},{"key":"t","value":{"stringValue":${JSON.stringify(payload)}}},` +
          `{"key":"d","value":{"doubleValue":12345678901234567890}},{"key":"f","value":{"doubleValue":0.12345678901234567}}]}`,
      )}]}]}]}`
    expect(decodeTraces('json', json(body), NOW_US).spans[0]?.attributes).toEqual({
      n: '9223372036854775807',
      t: payload,
      d: 12345678901234567890,
      f: 0.12345678901234567,
    })
  })
})

describe('one bad span is bad by itself (known-bugs I8)', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['no trace id', { traceId: undefined }, 'traceId: must be 32 hex digits'],
    ['a short trace id', { traceId: 'abc' }, 'traceId: must be 32 hex digits'],
    ['a trace id in base64', { traceId: 'CvdlGRbNQ92ESOshHIAxnA==' }, 'traceId: must be 32 hex digits'],
    ['a trace id that is a number', { traceId: 12 }, 'traceId: must be a text'],
    ['a trace id of zeros', { traceId: '0'.repeat(32) }, 'traceId: must not be all zero'],
    ['a span id of zeros', { spanId: '0'.repeat(16) }, 'spanId: must not be all zero'],
    ['a long span id', { spanId: 'b7ad6b71692033310' }, 'spanId: must be 16 hex digits'],
    ['half a parent id', { parentSpanId: 'b7ad' }, 'parentSpanId: must be 16 hex digits'],
    ['no start', { startTimeUnixNano: undefined }, 'start time: is missing'],
    ['a start in microseconds', { startTimeUnixNano: '1771283778037440' }, 'start time: lies outside'],
    ['a start in 2554', { startTimeUnixNano: '18446744073709551615' }, 'start time: lies outside'],
    ['a start before time', { startTimeUnixNano: '-1' }, 'startTimeUnixNano: must be nanoseconds'],
    ['an end in 2554', { endTimeUnixNano: '18446744073709551615' }, 'end time: lies outside'],
    ['attributes that are an object', { attributes: { a: 1 } }, 'attributes: must be an array'],
    ['a text that is a number', { attributes: [{ key: 'a', value: { stringValue: 1 } }] }, 'must be a text'],
    ['an integer past 64 bits', { attributes: [{ key: 'a', value: { intValue: '9223372036854775808' } }] }, '64-bit'],
    ['half an integer', { attributes: [{ key: 'a', value: { intValue: 1.5 } }] }, '64-bit'],
    ['events that are a text', { events: 'x' }, 'events: must be an array'],
    ['a status that is a list', { status: [] }, 'status: must be an object'],
  ])('%s', (_, over, reason) => {
    const { spans, bad } = ofJson(
      span({ spanId: '1111111111111111' }),
      span(over),
      span({ spanId: '2222222222222222' }),
    )
    expect(spans.map(({ spanId }) => spanId)).toEqual(['1111111111111111', '2222222222222222'])
    expect(bad).toHaveLength(1)
    expect(bad[0]?.reason).toContain(reason)
  })

  test.each([[null], [1], ['span'], [[]]])('%j in the place of a span', (record) => {
    expect(ofJson(record, span())).toMatchObject({ spans: [{ name: 'chat' }], bad: [{ traceId: '', spanId: '' }] })
  })

  test('ids are named as they were sent, at most 64 characters of them', () => {
    const { bad } = ofJson(span({ traceId: 'X'.repeat(100), spanId: '\ud800' }))
    expect(bad).toEqual([
      { traceId: 'x'.repeat(64), spanId: '\ufffd', reason: expect.stringContaining('traceId') as string },
    ])
  })

  test('in protobuf: ids of a wrong length, zeros, no start', () => {
    const { spans, bad } = ofProtobuf(
      pbSpan(),
      pbSpan({ traceId: new Uint8Array(15) }),
      pbSpan({ spanId: new Uint8Array(8) }),
      pbSpan({ startTimeUnixNano: 0n }),
    )
    expect(spans).toHaveLength(1)
    expect(bad.map(({ reason }) => reason.split(':')[0])).toEqual(['traceId', 'spanId', 'start time'])
  })

  test('values nested 501 deep, in both encodings', () => {
    const nested = (depth: number): Any =>
      depth === 0 ? {} : { value: { case: 'arrayValue', value: { values: [nested(depth - 1)] } } }
    const nestedJson = (depth: number): unknown =>
      depth === 0 ? {} : { arrayValue: { values: [nestedJson(depth - 1)] } }
    const attribute = (depth: number): Span => ({ attributes: [{ key: 'a', value: nested(depth) }] })
    expect(ofProtobuf(pbSpan(attribute(499)), pbSpan(attribute(500)))).toMatchObject({ spans: [{}], bad: [{}] })
    expect(
      ofJson(
        span({ attributes: [{ key: 'a', value: nestedJson(499) }] }),
        span({ attributes: [{ key: 'a', value: nestedJson(500) }] }),
      ),
    ).toMatchObject({ spans: [{}], bad: [{ reason: 'attributes: nested deeper than 500 levels' }] })
  })

  test('an end before the start is left to those who can flag it; no end is null', () => {
    expect(ofJson(span({ endTimeUnixNano: '1' }), span({ endTimeUnixNano: 0 }))).toMatchObject({
      spans: [{ endUs: 0 }, { endUs: null }].map(({ endUs }) => ({ endUs: endUs === 0 ? null : endUs })),
      bad: [],
    })
    expect(ofJson(span({ endTimeUnixNano: String(START - 5000n) })).spans[0]?.endUs).toBe(1771283778037435)
  })
})

describe('the whole body', () => {
  test.each([
    ['no JSON', 'not json'],
    ['half a JSON', '{"resourceSpans":['],
    ['null', 'null'],
    ['a list', '[]'],
    ['a text', '"resourceSpans"'],
    ['spans in no list', '{"resourceSpans":{}}'],
    ['100,000 brackets', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['a resource that is a number', '{"resourceSpans":[{"resource":1}]}'],
  ])('%s is a bad request', (_, body) => {
    expect(refusal(() => decodeTraces('json', json(body), NOW_US))).toBe('bad_request')
    expect(refusal(() => decodeLogs('json', json(body.replaceAll('Spans', 'Logs'))))).toBe('bad_request')
    expect(refusal(() => checkMetrics('json', json(body.replaceAll('Spans', 'Metrics'))))).toMatch(
      /bad_request|nothing/,
    )
  })

  test('JSON that says protobuf, and protobuf cut short, are bad requests', () => {
    const whole = protobuf([
      pbSpan({ attributes: [{ key: 'a', value: { value: { case: 'stringValue', value: 'x' } } }] }),
    ])
    for (const bytes of [jsonSpans(span()), whole.subarray(0, -3)]) {
      expect(refusal(() => decodeTraces('protobuf', bytes, NOW_US))).toBe('bad_request')
      expect(refusal(() => decodeLogs('protobuf', bytes))).toBe('bad_request')
      expect(refusal(() => checkMetrics('protobuf', bytes))).toBe('bad_request')
    }
  })

  test('deep: 100,000 levels of unknown JSON are ignored, of protobuf refused, and neither overflows the stack', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    const body = JSON.stringify(span()).replace(/}$/, `,"unknown":${deep}}`)
    expect(
      decodeTraces('json', json(`{"resourceSpans":[{"scopeSpans":[{"spans":[${body}]}]}]}`), NOW_US).spans,
    ).toHaveLength(1)
    const [list, map] = [
      [0x0a, 0x2a],
      [0x12, 0x0a, 0x32],
    ]
    for (const tags of [list, map]) {
      expect(refusal(() => decodeTraces('protobuf', nestedIn(tags ?? []), NOW_US))).toBe('bad_request')
    }
    expect(refusal(() => decodeTraces('protobuf', new Uint8Array(100_000).fill(0x0b), NOW_US))).toBe('bad_request')
  })

  test('10,000 spans are taken, 10,001 are too many', () => {
    const many = (count: number): Span[] => Array.from({ length: count }, () => pbSpan())
    expect(ofProtobuf(...many(10_000)).spans).toHaveLength(10_000)
    expect(refusal(() => ofProtobuf(...many(10_001)))).toBe('too_large')
    expect(refusal(() => ofJson(...new Array(10_001).fill(span())))).toBe('too_large')
  })

  test('32 million empty messages are refused before they become objects', () => {
    const before = process.memoryUsage().heapUsed
    const bomb = Buffer.alloc(64 * 1024 * 1024)
    for (let at = 0; at < bomb.length; at += 2) bomb[at] = 0x0a
    expect(refusal(() => decodeTraces('protobuf', bomb, NOW_US))).toBe('too_large')
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(500 * 1024 * 1024)
  })

  test('text that is not UTF-8 costs one character, not the request', () => {
    const bytes = protobuf([pbSpan({ name: 'chat@@' })])
    const at = Buffer.from(bytes).indexOf('@@')
    bytes[at] = 0xe2
    bytes[at + 1] = 0x82
    expect(decodeTraces('protobuf', bytes, NOW_US)).toMatchObject({ spans: [{ name: 'chat\ufffd' }], bad: [] })
  })

  /** 100,000 messages, each in the one before, through the fields named (the outermost last), in an attribute of a span. */
  const nestedIn = (tags: readonly number[]): Uint8Array => {
    const heads: number[][] = []
    let length = 0
    const wrap = (tag: number): void => {
      const head = [tag, ...varint(length)]
      heads.push(head)
      length += head.length
    }
    for (let n = 0; n < 100_000; n++) tags.forEach(wrap)
    for (const tag of [0x12, 0x4a, 0x12, 0x12, 0x0a]) wrap(tag)
    return new Uint8Array(heads.reverse().flat())
  }
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))]
})

test('log records: event name from field or attribute, ids null where there are none', () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const bytes = toBinary(
    ExportLogsServiceRequestSchema,
    create(ExportLogsServiceRequestSchema, {
      resourceLogs: [
        {
          scopeLogs: [
            {
              scope: { name: 's' },
              logRecords: [
                {
                  timeUnixNano: START,
                  eventName: 'gen_ai.evaluation.result',
                  traceId: Buffer.from(traceId, 'hex'),
                  spanId: Buffer.from('b7ad6b7169203331', 'hex'),
                  body: { value: { case: 'stringValue', value: 'good' } },
                },
                {
                  observedTimeUnixNano: START,
                  attributes: [{ key: 'event.name', value: { value: { case: 'stringValue', value: 'x' } } }],
                },
              ],
            },
          ],
        },
      ],
    }),
  )
  const body = {
    resourceLogs: [
      {
        scopeLogs: [
          {
            scope: { name: 's' },
            logRecords: [
              {
                timeUnixNano: String(START),
                eventName: 'gen_ai.evaluation.result',
                traceId: traceId.toUpperCase(),
                spanId: 'b7ad6b7169203331',
                body: { stringValue: 'good' },
              },
              { observedTimeUnixNano: String(START), attributes: [{ key: 'event.name', value: { stringValue: 'x' } }] },
            ],
          },
        ],
      },
    ],
  }
  const fromJson = decodeLogs('json', json(body))
  expect(fromJson).toEqual(decodeLogs('protobuf', bytes))
  expect(fromJson).toMatchObject({
    bad: [],
    logs: [
      {
        traceId,
        spanId: 'b7ad6b7169203331',
        eventName: 'gen_ai.evaluation.result',
        body: 'good',
        timeUs: 1771283778037440,
      },
      { traceId: null, spanId: null, eventName: 'x', body: null, timeUs: 1771283778037440 },
    ],
  })
})

describeWithSharedData('what real clients sent', () => {
  const files = ['captured-real-clients', 'reconstructed-otlp-json'].flatMap((folder) =>
    readdirSync(sharedData(`otlp/${folder}`))
      .filter((file) => file.endsWith('.json') && !file.endsWith('.headers.json'))
      .map((file) => `otlp/${folder}/${file}`),
  )
  test.each(files)('%s decodes whole', (file) => {
    const { spans, bad } = decodeTraces('json', readFileSync(sharedData(file)), NOW_US * 2)
    expect(bad).toEqual([])
    expect(spans.length).toBeGreaterThan(0)
  })
})
