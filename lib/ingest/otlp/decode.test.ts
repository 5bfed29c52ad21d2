import { readdirSync, readFileSync } from 'node:fs'
import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkMetrics, decodeLogs, decodeTraces } from '@/lib/ingest/otlp/decode'
import { ExportLogsServiceRequestSchema } from '@/lib/ingest/otlp/generated/opentelemetry/proto/collector/logs/v1/logs_service_pb'
import { ExportTraceServiceRequestSchema } from '@/lib/ingest/otlp/generated/opentelemetry/proto/collector/trace/v1/trace_service_pb'
import type { KeyValueSchema } from '@/lib/ingest/otlp/generated/opentelemetry/proto/common/v1/common_pb'
import { json, jsonOf, NOW_US, span } from '@/lib/ingest/testing/otlp-decoding'
import { START_NS, type PbAny, type PbSpan } from '@/lib/ingest/testing/otlp-requests'
import { describeWithSharedData, sharedData } from '@/scripts/testing/shared-data'

type Attribute = MessageInitShape<typeof KeyValueSchema>

describe('both encodings say the same', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 12 })
  const { any } = fc.letrec<{ any: PbAny }>((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.constant<PbAny>({}),
      text.map((value): PbAny => ({ value: { case: 'stringValue', value } })),
      fc.boolean().map((value): PbAny => ({ value: { case: 'boolValue', value } })),
      fc
        .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
        .map((value): PbAny => ({ value: { case: 'intValue', value } })),
      fc.double().map((value): PbAny => ({ value: { case: 'doubleValue', value } })),
      fc.uint8Array({ maxLength: 9 }).map((value): PbAny => ({ value: { case: 'bytesValue', value } })),
      fc
        .array(tie('any'), { maxLength: 3 })
        .map((values): PbAny => ({ value: { case: 'arrayValue', value: { values } } })),
      fc
        .array(fc.record({ key: text, value: tie('any') }), { maxLength: 3 })
        .map((values): PbAny => ({ value: { case: 'kvlistValue', value: { values } } })),
    ),
  }))
  const attributes = fc.array(
    fc.record({
      key: fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'gen_ai.usage.input_tokens')),
      value: any,
    }),
    { maxLength: 5 },
  )
  const nanos = fc.bigInt({ min: START_NS - 10n ** 15n, max: START_NS + 10n ** 15n })
  const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })
  const anySpan: fc.Arbitrary<PbSpan> = fc.record({
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
  const anyJson = ({ value }: PbAny, style: Style): unknown => {
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
  const spanJson = (one: PbSpan, style: Style): unknown => ({
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
    ['as text', `"${START_NS}"`],
    ['as a number', String(START_NS)],
  ])('times %s are truncated to microseconds, never rounded', (_, time) => {
    const body = JSON.stringify(span({ startTimeUnixNano: '@@' })).replace('"@@"', time)
    expect(decodeTraces('json', jsonOf(body), NOW_US)).toMatchObject({
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
                  timeUnixNano: START_NS,
                  eventName: 'gen_ai.evaluation.result',
                  traceId: Buffer.from(traceId, 'hex'),
                  spanId: Buffer.from('b7ad6b7169203331', 'hex'),
                  body: { value: { case: 'stringValue', value: 'good' } },
                },
                {
                  observedTimeUnixNano: START_NS,
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
                timeUnixNano: String(START_NS),
                eventName: 'gen_ai.evaluation.result',
                traceId: traceId.toUpperCase(),
                spanId: 'b7ad6b7169203331',
                body: { stringValue: 'good' },
              },
              {
                observedTimeUnixNano: String(START_NS),
                attributes: [{ key: 'event.name', value: { stringValue: 'x' } }],
              },
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
