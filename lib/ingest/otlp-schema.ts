import { z } from 'zod'

/**
 * The other senders' contracts as far as OpenAPI needs them (wire.md 1.1, 1.2, 5): what is inside a request is defined
 * by OpenTelemetry and read field by field, so that one bad span rejects only itself.
 */

const Records = z.array(z.record(z.string(), z.unknown()))

export const OTLP_TYPES = ['application/x-protobuf', 'application/json'] as const

export const TracesBody = z.object({ resourceSpans: Records.optional() }).describe('ExportTraceServiceRequest')
export const LogsBody = z.object({ resourceLogs: Records.optional() }).describe('ExportLogsServiceRequest')
export const MetricsBody = z.object({ resourceMetrics: Records.optional() }).describe('ExportMetricsServiceRequest')

const Count = z.string().describe('int64 as text')
const Message = z.string().describe('<traceId>/<spanId>: reason, up to 20 of them')
export const TracesAnswer = z.object({
  partialSuccess: z.object({ rejectedSpans: Count, errorMessage: Message }).optional(),
})
export const LogsAnswer = z.object({
  partialSuccess: z.object({ rejectedLogRecords: Count, errorMessage: Message }).optional(),
})
export const MetricsAnswer = z.object({})

export const AgentsBody = z.object({ data: Records.describe('traces and spans of the OpenAI Agents SDK') })
export const AgentsAnswer = z.object({
  accepted: z.number().int().describe('spans stored, or already stored'),
  rejected: z.array(z.object({ traceId: z.string(), id: z.string(), message: z.string() })),
})
export type AgentsAnswer = z.output<typeof AgentsAnswer>
