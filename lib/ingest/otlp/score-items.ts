import 'server-only'
import type { Micros } from '@/lib/core/micros'
import { hashOf, isStorableTime, type Sender } from '@/lib/ingest/bounded'
import { rebuild } from '@/lib/ingest/dialects/messages'
import { BAD, decimal, isObject, text, type JsonObject } from '@/lib/ingest/dialects/readers'
import type { Resolved } from '@/lib/ingest/dialects/resolve'
import type { Item } from '@/lib/ingest/items'
import type { Stored } from '@/lib/ingest/otlp/stored'
import type { AttributeValue, Attributes, OtlpSpan } from '@/lib/ingest/otlp/types'
import type { SpanNode } from '@/lib/ingest/span-node'

/** Evaluation results that spans and log records carry, as scores (wire.md 3.4). */
export const EVALUATION_EVENT = 'gen_ai.evaluation.result'

export const SCORES_CUT = 'scores_cut'
/** More of one span are not taken. */
const SCORES_MAX = 100

export type Judged = { interactionId: string | null; traceId: string | null; spanId: string | null }

export const scoreItems = (
  span: OtlpSpan,
  node: SpanNode,
  resolved: Resolved,
  stored: Stored,
  sender: Sender,
): Item[] => {
  const ofSpan: Judged = { interactionId: null, traceId: node.traceId, spanId: node.spanId }
  const items: Item[] = []
  const add = (item: Item | undefined) => {
    if (item && items.length < SCORES_MAX) items.push(item)
    else if (item) stored.flags.add(SCORES_CUT)
  }
  const results = span.events.filter(({ name }) => name === EVALUATION_EVENT)
  if (results.length > SCORES_MAX) stored.flags.add(SCORES_CUT)
  for (const event of results.slice(0, SCORES_MAX)) {
    add(evaluationItem(event.attributes, ofSpan, event.timeUs, stored, sender))
  }
  const atUs = node.endUs ?? node.startUs
  for (const { of, list } of resolved.scores.values()) {
    const judged =
      of === 'span'
        ? ofSpan
        : of === 'trace'
          ? { ...ofSpan, spanId: null }
          : { interactionId: node.interactionId, traceId: null, spanId: null }
    const parts = rebuild(list)
    for (const part of Array.isArray(parts) ? parts : []) {
      if (isObject(part)) add(scoreItem(annotation(part), judged, atUs, stored, sender))
    }
  }
  return items
}

/** An event or log record `gen_ai.evaluation.result`. Undefined when it says nothing. */
export const evaluationItem = (
  attributes: Attributes,
  judged: Judged,
  timeUs: Micros | null,
  stored: Stored,
  sender: Sender,
): Item | undefined =>
  scoreItem(
    {
      name: attributes['gen_ai.evaluation.name'],
      value: attributes['gen_ai.evaluation.score.value'],
      label: attributes['gen_ai.evaluation.score.label'],
      comment: attributes['gen_ai.evaluation.explanation'],
      source: 'model',
      identifier: undefined,
    },
    judged,
    timeUs,
    stored,
    sender,
  )

type Told = {
  name: AttributeValue | undefined
  value: AttributeValue | undefined
  label: AttributeValue | undefined
  comment: AttributeValue | undefined
  source: 'human' | 'model' | 'rule'
  identifier: AttributeValue | undefined
}

const ANNOTATORS: Readonly<Record<string, Told['source']>> = { HUMAN: 'human', LLM: 'model', CODE: 'rule' }

const annotation = (part: JsonObject): Told => {
  const kind = String(part['annotator_kind'] ?? '').toUpperCase()
  return {
    name: part['name'],
    value: part['score'],
    label: part['label'],
    comment: part['explanation'],
    source: ANNOTATORS[kind] ?? 'rule',
    identifier: part['identifier'],
  }
}

const VALUE_MAX = 1e15

const scoreItem = (
  told: Told,
  judged: Judged,
  timeUs: Micros | null,
  stored: Stored,
  sender: Sender,
): Item | undefined => {
  const name = stored.name(textOf(told.name))
  const number = told.value === undefined ? undefined : decimal(told.value)
  const value = typeof number === 'number' && Math.abs(number) <= VALUE_MAX ? number : null
  const label = stored.name(textOf(told.label))
  const isSaid = name !== null && (value !== null || label !== null)
  if (!isSaid || (judged.interactionId === null && judged.traceId === null)) return undefined
  const isDated = timeUs !== null && isStorableTime(timeUs, sender.nowUs)
  const { interactionId, traceId, spanId } = judged
  const identifier = stored.name(textOf(told.identifier))
  const names = [interactionId, traceId, spanId, name, told.source]
  return {
    type: 'score',
    atGiven: isDated,
    spanLookup: false,
    score: {
      id: hashOf(identifier === null ? names : [...names, identifier]),
      ...judged,
      name,
      value,
      label,
      source: told.source,
      comment: stored.text(textOf(told.comment)),
      atUs: isDated ? timeUs : sender.nowUs,
    },
  }
}

const textOf = (value: AttributeValue | undefined): string | null => {
  const read = value === undefined ? undefined : text(value)
  return read === undefined || read === BAD ? null : read
}
