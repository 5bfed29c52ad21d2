import 'server-only'
import { DAY_US, dayOf, parseIso, type Micros } from '@/lib/core/micros'
import { isStorableTime, OUTSIDE_TIMES, redactorOf, userHash, type Sender } from '@/lib/ingest/bounded'
import { contentOf } from '@/lib/ingest/dialects/content'
import { providerName } from '@/lib/ingest/dialects/provider'
import { objectOf } from '@/lib/ingest/dialects/readers'
import { resolve, type Resolved } from '@/lib/ingest/dialects/resolve'
import {
  agentsOf,
  kindOf,
  outcomeOf,
  responseIdOf,
  segmentOf,
  serviceInstanceOf,
  statusOf,
} from '@/lib/ingest/dialects/span-facts'
import { usageOf } from '@/lib/ingest/dialects/span-usage'
import { LENDS_USAGE } from '@/lib/ingest/fill-rules'
import type { Item } from '@/lib/ingest/items'
import { scoreItems } from '@/lib/ingest/otlp/score-items'
import { Stored } from '@/lib/ingest/otlp/stored'
import type { OtlpSpan } from '@/lib/ingest/otlp/types'
import { newNode, type SpanNode } from '@/lib/ingest/span-node'
import type { SpanPayload } from '@/lib/ingest/store/spans'

/** The span comes first; scores it carries follow. */
export type MappedSpan = { items: Item[]; rejected?: never } | { items?: never; rejected: string }

/** Brings decoded spans of one sender into the ledger's form (wire.md 3). Never throws for anything a client can send. */
export const spanMapper = (sender: Sender): ((span: OtlpSpan) => MappedSpan) => {
  const redact = redactorOf(sender.team)
  return (span) => {
    if (!isStorableTime(span.startUs, sender.nowUs)) return { rejected: `startTimeUnixNano: ${OUTSIDE_TIMES}` }
    const resolved = resolve(span)
    const stored = new Stored(redact, sender.team.payloadMaxBytes)
    const node = nodeOf(span, resolved, stored, sender)
    const payload = payloadOf(span, node, resolved, stored)
    const scores = scoreItems(span, node, resolved, stored, sender)
    if (resolved.isListCut) stored.flags.add('attributes_cut')
    // Last: whatever is stored may add to them.
    node.flags = [...stored.flags].sort()
    return { items: [{ type: 'span', node, payload }, ...scores] }
  }
}

const nodeOf = (span: OtlpSpan, resolved: Resolved, stored: Stored, sender: Sender): SpanNode => {
  const { hits } = resolved
  const kind = kindOf(span, resolved)
  const model = stored.name(hits.model?.value)
  const requestModel = stored.name(hits.requestModel?.value)
  const provider = stored.name(providerName(hits.provider?.value ?? null, model ?? requestModel))
  const { counts, flags } = usageOf(span, resolved, { kind, provider, model, requestModel, startUs: span.startUs })
  for (const flag of flags) stored.flags.add(flag)
  if (isTurn(span) && counts.inputTokens !== null) stored.flags.add(LENDS_USAGE)
  const { status, errorType, message } = statusOf(span, resolved)
  const { agent, subAgent } = agentsOf(span, resolved, sender)
  const name = stored.text(span.name) ?? kind
  return newNode({
    day: dayAt(span.startUs),
    traceId: span.traceId,
    spanId: span.spanId,
    parentId: span.parentId,
    kind,
    name: stored.name(name) ?? kind,
    status,
    startUs: span.startUs,
    endUs: endOf(span, stored),
    agent: stored.name(agent),
    release: stored.name(hits.release?.value),
    workflow: stored.name(hits.workflow?.value),
    segment: stored.name(segmentOf(resolved)),
    environment: stored.name(hits.environment?.value) ?? sender.environment,
    interactionId: stored.name(hits.interactionId?.value),
    userId: userOf(resolved, stored, sender),
    outcome: toldOutcome(resolved, stored),
    scope: stored.name(span.scope.name) ?? '',
    serviceInstance: stored.name(serviceInstanceOf(resolved)),
    subAgent: stored.name(subAgent),
    model,
    requestModel,
    provider,
    responseId: isModelKind(kind) ? stored.name(responseIdOf(resolved, answerOf(span, resolved))) : null,
    promptName: stored.name(hits.promptName?.value),
    promptVersion: stored.name(hits.promptVersion?.value),
    toolName: kind === 'tool' ? stored.name(hits.toolName?.value ?? name) : null,
    toolCallId: stored.name(hits.toolCallId?.value),
    actionId: stored.name(hits.actionId?.value),
    attempt: null,
    finishReason: hits.finishReason?.value ?? null,
    errorType: stored.name(errorType),
    statusMessage: stored.text(message),
    firstTokenMs: firstTokenOf(span, resolved),
    ...counts,
    costReported: hits.costReported?.value ?? null,
    flags: [],
    receivedUs: sender.nowUs,
  })
}

/** Spans of a request are of one day, or two: its text is made once. */
const dayAt = (us: Micros): string => {
  const number = Math.floor(us / DAY_US)
  if (lastDay.number !== number) lastDay = { number, text: dayOf(us) }
  return lastDay.text
}
let lastDay = { number: -1, text: '' }

const isModelKind = (kind: string): boolean => kind === 'llm' || kind === 'embedding'

/** Tracing JSON of the OpenAI Agents SDK tells a turn's usage apart from its model call (wire.md 5). */
const isTurn = ({ attributes }: OtlpSpan): boolean => attributes['openai_agents.span_type'] === 'turn'

const endOf = (span: OtlpSpan, stored: Stored): Micros | null => {
  if (span.endUs === null || span.endUs >= span.startUs) return span.endUs
  stored.flags.add('end_before_start')
  return span.startUs
}

const userOf = ({ hits }: Resolved, stored: Stored, { team }: Sender): string | null => {
  const user = stored.name(hits.userId?.value)
  return user !== null && team.hashUserIds ? userHash(user, team) : user
}

const toldOutcome = (resolved: Resolved, stored: Stored): string | null => {
  const outcome = outcomeOf(resolved, (reason) => stored.text(reason))
  if (outcome === undefined) stored.flags.add('outcome_unknown')
  return outcome ?? null
}

/** The response as it came, which may hold its id: only opened where no attribute has it. */
const answerOf = ({ attributes }: OtlpSpan, { hits }: Resolved) =>
  hits.responseId ? undefined : objectOf(attributes['output.value'])

const DAY_MS = 86_400_000
const firstTokenOf = (span: OtlpSpan, { hits }: Resolved): number | null => {
  if (hits.firstTokenMs) return hits.firstTokenMs.value
  const atUs = hits.firstTokenAt ? parseIso(hits.firstTokenAt.value) : null
  const ms = atUs === null ? -1 : (atUs - span.startUs) / 1000
  return ms >= 0 && ms <= DAY_MS ? ms : null
}

const payloadOf = (span: OtlpSpan, node: SpanNode, resolved: Resolved, stored: Stored): SpanPayload | null => {
  const content = contentOf(resolved, span.attributes)
  const input = stored.content(content.input, 'input')
  const output = stored.content(content.output, 'output')
  const attributes = stored.attributes(resolved.kept)
  if (!input && !output && !attributes) return null
  return {
    day: node.day,
    traceId: node.traceId,
    spanId: node.spanId,
    input: input?.text ?? null,
    output: output?.text ?? null,
    inputFullBytes: input?.fullBytes ?? null,
    outputFullBytes: output?.fullBytes ?? null,
    attributes,
  }
}
