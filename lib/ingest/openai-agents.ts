import type { OtlpTraces } from '@/lib/ingest/otlp/types'

/** Tracing JSON of the OpenAI Agents SDK (wire.md 5) as spans with standard attribute names: one mapper serves all roads. */
export const agentsTraces = (_body: unknown): OtlpTraces => ({ spans: [], bad: [] })
