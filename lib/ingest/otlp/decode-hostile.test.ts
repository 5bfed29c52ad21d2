import { describe, expect, test } from 'vitest'
import { checkMetrics, decodeLogs, decodeTraces } from '@/lib/ingest/otlp/decode'
import { json, jsonOf, NOW_US, ofJson, ofProtobuf, pbSpan, refusal, span } from '@/lib/ingest/testing/otlp-decoding'
import { jsonRequest, protobufRequest, START_NS, type PbAny, type PbSpan } from '@/lib/ingest/testing/otlp-requests'

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
    const nested = (depth: number): PbAny =>
      depth === 0 ? {} : { value: { case: 'arrayValue', value: { values: [nested(depth - 1)] } } }
    const nestedJson = (depth: number): unknown =>
      depth === 0 ? {} : { arrayValue: { values: [nestedJson(depth - 1)] } }
    const attribute = (depth: number): PbSpan => ({ attributes: [{ key: 'a', value: nested(depth) }] })
    expect(ofProtobuf(pbSpan(attribute(499)), pbSpan(attribute(500)))).toMatchObject({ spans: [{}], bad: [{}] })
    expect(
      ofJson(
        span({ attributes: [{ key: 'a', value: nestedJson(499) }] }),
        span({ attributes: [{ key: 'a', value: nestedJson(500) }] }),
      ),
    ).toMatchObject({ spans: [{}], bad: [{ reason: 'attributes: nested deeper than 500 levels' }] })
  })

  test('an end before the start is left to those who can flag it; no end is null', () => {
    expect(ofJson(span({ endTimeUnixNano: 0 }), span())).toMatchObject({
      spans: [{ endUs: null }, { endUs: null }],
      bad: [],
    })
    expect(ofJson(span({ endTimeUnixNano: String(START_NS - 5000n) })).spans[0]?.endUs).toBe(1771283778037435)
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
    const whole = protobufRequest([
      pbSpan({ attributes: [{ key: 'a', value: { value: { case: 'stringValue', value: 'x' } } }] }),
    ])
    for (const bytes of [jsonRequest([span()]), whole.subarray(0, -3)]) {
      expect(refusal(() => decodeTraces('protobuf', bytes, NOW_US))).toBe('bad_request')
      expect(refusal(() => decodeLogs('protobuf', bytes))).toBe('bad_request')
      expect(refusal(() => checkMetrics('protobuf', bytes))).toBe('bad_request')
    }
  })

  test('deep: 100,000 levels of unknown JSON are ignored, of protobuf refused, and neither overflows the stack', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    const body = JSON.stringify(span()).replace(/}$/, `,"unknown":${deep}}`)
    expect(decodeTraces('json', jsonOf(body), NOW_US).spans).toHaveLength(1)
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
    const many = (count: number): PbSpan[] => Array.from({ length: count }, () => pbSpan())
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
    const bytes = protobufRequest([pbSpan({ name: 'chat@@' })])
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
