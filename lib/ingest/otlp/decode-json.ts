import { DomainError } from '@/lib/core/errors'
import type { Micros } from '@/lib/core/micros'
import { parseJson } from '@/lib/ingest/json-text'
import { badSpan, checkCount, logOf, sortIn } from '@/lib/ingest/otlp/checks'
import {
  attributesOf,
  enumOf,
  listOf,
  microsOf,
  objectOf,
  textOf,
  valueOf,
  WrongShape,
  type JsonObject,
} from '@/lib/ingest/otlp/json-shape'
import { quoteLongIntegers } from '@/lib/ingest/otlp/long-integers'
import type { OtlpLogs, OtlpResource, OtlpScope, OtlpTraces } from '@/lib/ingest/otlp/types'

const STATUS_CODES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'] as const

/**
 * `ExportTraceServiceRequest` as OTLP/JSON. A span with a wrong field is bad by itself; throws `bad_request` when what
 * holds the spans is not as it should be, `too_large` past 10,000 spans.
 */
export const tracesOfJson = (text: string, nowUs: Micros): OtlpTraces => {
  const traces: OtlpTraces = { spans: [], bad: [] }
  const records = recordsOf(text, ['resourceSpans', 'scopeSpans', 'spans', 'spans'])
  for (const { record, resource, scope } of records) {
    takeEach(record, 'span', traces, (span) => {
      const { code, message } = objectOf(span['status'], 'status')
      const sent = {
        traceId: textOf(span['traceId'], 'traceId').toLowerCase(),
        spanId: textOf(span['spanId'], 'spanId').toLowerCase(),
        parentId: textOf(span['parentSpanId'], 'parentSpanId').toLowerCase(),
        name: textOf(span['name'], 'name'),
        startUs: microsOf(span['startTimeUnixNano'], 'startTimeUnixNano'),
        endUs: microsOf(span['endTimeUnixNano'], 'endTimeUnixNano'),
        statusCode: enumOf(code, 'status.code', STATUS_CODES),
        statusMessage: textOf(message, 'status.message'),
        attributes: attributesOf(span['attributes'], 'attributes'),
        events: listOf(span['events'], 'events').map((item) => {
          const event = objectOf(item, 'events')
          return {
            name: textOf(event['name'], 'events.name'),
            timeUs: microsOf(event['timeUnixNano'], 'events.timeUnixNano') || null,
            attributes: attributesOf(event['attributes'], 'events.attributes'),
          }
        }),
        resource,
        scope,
      }
      sortIn(traces, sent, nowUs)
    })
  }
  return traces
}

/** `ExportLogsServiceRequest` as OTLP/JSON. Throws as `tracesOfJson`. */
export const logsOfJson = (text: string): OtlpLogs => {
  const logs: OtlpLogs = { logs: [], bad: [] }
  const records = recordsOf(text, ['resourceLogs', 'scopeLogs', 'logRecords', 'log records'])
  for (const { record, resource, scope } of records) {
    takeEach(record, 'log record', logs, (log) => {
      const sent = {
        traceId: textOf(log['traceId'], 'traceId').toLowerCase(),
        spanId: textOf(log['spanId'], 'spanId').toLowerCase(),
        timeUs:
          microsOf(log['timeUnixNano'], 'timeUnixNano') ||
          microsOf(log['observedTimeUnixNano'], 'observedTimeUnixNano'),
        eventName: textOf(log['eventName'], 'eventName'),
        attributes: attributesOf(log['attributes'], 'attributes'),
        body: valueOf(log['body'], 'body'),
        resource,
        scope,
      }
      logs.logs.push(logOf(sent))
    })
  }
  return logs
}

/** Throws `bad_request` when the text is no `ExportMetricsServiceRequest`. Nothing of it is kept. */
export const checkMetricsJson = (text: string): void => {
  refusing(() => listOf(parsed(text)['resourceMetrics'], 'resourceMetrics'))
}

type Placed = { record: unknown; resource: OtlpResource; scope: OtlpScope }

/**
 * Every record of the request with its resource and scope, one object each for all records that share them. Counted
 * before anything is made of them.
 */
const recordsOf = (
  text: string,
  [groups, scopes, records, what]: readonly [string, string, string, string],
): Placed[] =>
  refusing(() => {
    const lists = listOf(parsed(text)[groups], groups).flatMap((item) => {
      const group = objectOf(item, groups)
      const { attributes } = objectOf(group['resource'], 'resource')
      const resource = { attributes: attributesOf(attributes, 'resource.attributes') }
      return listOf(group[scopes], scopes).map((inner) => {
        const held = objectOf(inner, scopes)
        const { name, version } = objectOf(held['scope'], 'scope')
        const scope = { name: textOf(name, 'scope.name'), version: textOf(version, 'scope.version') }
        return { list: listOf(held[records], records), resource, scope }
      })
    })
    checkCount(
      lists.reduce((sum, { list }) => sum + list.length, 0),
      what,
    )
    return lists.flatMap(({ list, resource, scope }) => list.map((record) => ({ record, resource, scope })))
  })

const parsed = (text: string): JsonObject => {
  if (text.trim() === '') return {}
  const body = parseJson(quoteLongIntegers(text))
  if (body === null) throw new WrongShape('body', 'must be an object')
  return objectOf(body, 'body')
}

const refusing = <T>(work: () => T): T => {
  try {
    return work()
  } catch (cause) {
    if (!(cause instanceof WrongShape)) throw cause
    throw new DomainError('bad_request', cause.message, { cause })
  }
}

const takeEach = (
  record: unknown,
  what: string,
  into: Pick<OtlpTraces, 'bad'>,
  take: (record: JsonObject) => void,
): void => {
  try {
    if (record === null) throw new WrongShape(what, 'must be an object')
    take(objectOf(record, what))
  } catch (error) {
    if (!(error instanceof WrongShape)) throw error
    into.bad.push(badSpan(idIn(record, 'traceId'), idIn(record, 'spanId'), error.message))
  }
}

const idIn = (record: unknown, field: 'traceId' | 'spanId'): string => {
  const value: unknown = typeof record === 'object' && record !== null ? Reflect.get(record, field) : undefined
  return typeof value === 'string' ? value : ''
}
