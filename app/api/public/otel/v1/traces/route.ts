import { agentKey } from '@/lib/auth/agent-key'
import { defineRawRoute } from '@/lib/http/route'
import { otlpRefusal } from '@/lib/ingest/otlp/status'
import { receiveTraces } from '@/lib/ingest/receive-otlp'

/** Also `/v1/traces` (next.config.mjs). */
export const POST = defineRawRoute({ auth: agentKey('ingest'), handler: receiveTraces, refusal: otlpRefusal })
