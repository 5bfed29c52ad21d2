import type { Sender } from '@/lib/ingest/bounded'
import type { SpanKind } from '@/lib/ingest/dialects/fields'
import { isObject, parseJson, text } from '@/lib/ingest/dialects/readers'
import type { Resolved } from '@/lib/ingest/dialects/resolve'
import { spanOutcomeText, type SpanOutcome } from '@/lib/ingest/interaction-rules'
import type { AttributeValue, OtlpSpan } from '@/lib/ingest/otlp/types'

/** What follows from several attributes at once (wire.md 3.1, 3.2). Pure. */

/** What the sender calls it; else what it carries. */
export const kindOf = ({ attributes }: OtlpSpan, { hits }: Resolved): SpanKind => {
  if (hits.kind) return hits.kind.value
  const isTool = hits.toolName?.source === 'gen_ai.tool.name' || hits.toolCallId?.source === 'gen_ai.tool.call.id'
  if (isTool) return 'tool'
  const hasUsage = hits.inputTokens !== undefined || hits.outputTokens !== undefined
  if (hits.requestModel?.source === 'gen_ai.request.model' && hasUsage) return 'llm'
  return textOf(attributes['agent_name']) === null ? 'other' : 'agent'
}

export type Status = { status: 'ok' | 'error' | 'unset'; errorType: string | null; message: string | null }

/** A tool that answered "no" is not an error; one that could not answer is. */
export const statusOf = (span: OtlpSpan, { hits, exception }: Resolved): Status => {
  const isError =
    span.statusCode === 2 ||
    exception !== null ||
    hits.errorType !== undefined ||
    hits.level?.value.toUpperCase() === 'ERROR' ||
    (hits.httpStatus !== undefined && hits.httpStatus.value >= 400)
  const message = span.statusMessage || hits.statusMessage?.value || textOf(exception?.message)
  return {
    status: isError ? 'error' : span.endUs === null ? 'unset' : 'ok',
    errorType: isError ? (hits.errorType?.value ?? textOf(exception?.type)) : null,
    message: message || null,
  }
}

const textOf = (value: AttributeValue | undefined): string | null => {
  const read = value === undefined ? undefined : text(value)
  return typeof read === 'string' ? read : null
}

export type Agents = { agent: string | null; subAgent: string | null }

/**
 * The key's agent counts. With a team-wide key: what the sender says, the service, or what the root span names. Another
 * name on the span is that of a sub-agent.
 */
export const agentsOf = (span: OtlpSpan, { hits }: Resolved, sender: Pick<Sender, 'agentName'>): Agents => {
  const service = hits.serviceName?.value ?? null
  const named = hits.agentName?.value ?? null
  const isRoot = span.parentId === null
  const agent =
    sender.agentName ??
    hits.agent?.value ??
    (service === null || service.startsWith('unknown_service') ? null : service) ??
    (isRoot ? named : null)
  const other = [hits.agent?.value ?? null, named].find((name) => name !== null && name !== agent)
  return { agent, subAgent: other ?? null }
}

const SHORTHAND: Readonly<Record<string, Pick<SpanOutcome, 'result' | 'escalated'>>> = {
  resolved: { result: 'resolved', escalated: false },
  unresolved: { result: 'unresolved', escalated: false },
  abandoned: { result: 'abandoned', escalated: false },
  escalated: { result: 'unresolved', escalated: true },
  failed: { result: 'unresolved', escalated: false },
}
const SEVERITIES = new Set(['S1', 'S2', 'S3', 'S4'])

/** Null: none told. Undefined: told in a word that is none of ours. */
export const outcomeOf = ({ hits }: Resolved, stored: (reason: string) => string | null): string | null | undefined => {
  if (!hits.outcome) return null
  const word = hits.outcome.value.trim().toLowerCase()
  const told = Object.hasOwn(SHORTHAND, word) ? SHORTHAND[word] : undefined
  if (!told) return undefined
  const severity = hits.severity?.value.trim().toUpperCase() ?? ''
  return spanOutcomeText({
    result: told.result,
    escalated: hits.escalated?.value ?? told.escalated,
    severity: SEVERITIES.has(severity) ? severity : null,
    reason: hits.reason ? stored(hits.reason.value) : null,
  })
}

/** Of its own attribute, else of a tag `segment:<x>`. */
export const segmentOf = ({ hits }: Resolved): string | null => {
  if (hits.segment) return hits.segment.value
  for (const tag of tagsOf(hits.tags?.value)) {
    if (typeof tag === 'string' && tag.startsWith('segment:') && tag.length > 8) return tag.slice(8).trim() || null
  }
  return null
}

const tagsOf = (value: AttributeValue | undefined): AttributeValue[] => {
  if (Array.isArray(value)) return value
  if (typeof value !== 'string') return []
  const parsed = value.trimStart().startsWith('[') ? parseJson(value) : undefined
  return Array.isArray(parsed) ? parsed : value.split(',').map((tag) => tag.trim())
}

export const serviceInstanceOf = ({ hits }: Resolved): string | null => {
  if (hits.serviceInstance) return hits.serviceInstance.value
  return hits.hostName && hits.processId ? `${hits.hostName.value}/${hits.processId.value}` : null
}

/** Ids that name a run of the framework, not a response of the provider: to compare them would find nothing. */
const RUN_ID = /^(lc_)?run-/

/** The provider's id of a model call's response, also out of the response itself. */
export const responseIdOf = ({ hits }: Resolved, output: AttributeValue | undefined): string | null => {
  if (hits.responseId) return hits.responseId.value
  if (!isObject(output)) return null
  const kwargs = step(step(step(step(step(output, 'generations'), 0), 0), 'message'), 'kwargs')
  for (const id of [
    output['id'],
    step(kwargs, 'id'),
    step(step(kwargs, 'response_metadata'), 'id'),
    step(step(output, 'llm_output'), 'id'),
  ]) {
    if (typeof id === 'string' && id !== '' && !RUN_ID.test(id)) return id
  }
  return null
}

const step = (value: AttributeValue | undefined, key: string | number): AttributeValue | undefined => {
  if (Array.isArray(value)) return typeof key === 'number' ? value[key] : undefined
  return isObject(value) && typeof key === 'string' ? value[key] : undefined
}
