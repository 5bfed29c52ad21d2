import { agentKey } from '@/lib/auth/agent-key'
import { defineRawRoute } from '@/lib/http/route'
import { otlpRefusal } from '@/lib/ingest/otlp/status'
import { receiveLogs } from '@/lib/ingest/receive-otlp'

/** Also `/v1/logs` (next.config.mjs). */
export const POST = defineRawRoute({ auth: agentKey('ingest'), handler: receiveLogs, refusal: otlpRefusal })
