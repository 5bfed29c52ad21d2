import { agentKey } from '@/lib/auth/agent-key'
import { defineRawRoute } from '@/lib/http/route'
import { otlpRefusal } from '@/lib/ingest/otlp/status'
import { receiveMetrics } from '@/lib/ingest/receive-otlp'

/** Also `/v1/metrics` (next.config.mjs). */
export const POST = defineRawRoute({ auth: agentKey('ingest'), handler: receiveMetrics, refusal: otlpRefusal })
