import 'server-only'
import { dayOf } from '@/lib/core/micros'
import { isStorableTime, redactorOf, type Sender } from '@/lib/ingest/bounded'
import { contentOf } from '@/lib/ingest/dialects/content'
import { noHits } from '@/lib/ingest/dialects/fields'
import { isObject } from '@/lib/ingest/dialects/readers'
import { DETAILS_EVENT, takeContent, type Resolved } from '@/lib/ingest/dialects/resolve'
import type { Item } from '@/lib/ingest/items'
import { EVALUATION_EVENT, evaluationItem } from '@/lib/ingest/otlp/score-items'
import { Stored } from '@/lib/ingest/otlp/stored'
import type { Attributes, OtlpLog } from '@/lib/ingest/otlp/types'

/** What a log record adds to the ledger: content for its span, an evaluation result, or nothing. Never throws. */
export const logMapper = (sender: Sender): ((log: OtlpLog) => Item[]) => {
  const redact = redactorOf(sender.team)
  return (log) => {
    const stored = new Stored(redact, sender.team.payloadMaxBytes)
    if (log.eventName === DETAILS_EVENT) return contentItems(log, stored, sender)
    if (log.eventName !== EVALUATION_EVENT) return []
    const judged = { interactionId: null, traceId: log.traceId, spanId: log.traceId === null ? null : log.spanId }
    const item = evaluationItem(attributesOf(log), judged, log.timeUs, stored, sender)
    return item ? [item] : []
  }
}

const contentItems = (log: OtlpLog, stored: Stored, sender: Sender): Item[] => {
  const { traceId, spanId } = log
  const timeUs = log.timeUs ?? sender.nowUs
  if (traceId === null || spanId === null || !isStorableTime(timeUs, sender.nowUs)) return []
  const attributes = attributesOf(log)
  const found: Pick<Resolved, 'hits'> = { hits: noHits() }
  takeContent(found, attributes)
  const content = contentOf(found, attributes)
  const input = stored.content(content.input, 'input')
  const output = stored.content(content.output, 'output')
  if (!input && !output) return []
  const payload = {
    day: dayOf(timeUs),
    traceId,
    spanId,
    input: input?.text ?? null,
    output: output?.text ?? null,
    inputFullBytes: input?.fullBytes ?? null,
    outputFullBytes: output?.fullBytes ?? null,
    attributes: null,
  }
  return [{ type: 'content', payload }]
}

/** Some senders write what belongs into the attributes into the body. */
const attributesOf = ({ attributes, body }: OtlpLog): Attributes =>
  isObject(body) ? { ...body, ...attributes } : attributes
