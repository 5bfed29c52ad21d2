// The Anthropic SDK under OpenInference: a call and a stream, with a marked cache.
import Anthropic from '@anthropic-ai/sdk'
import { setSession } from '@arizeai/openinference-core'
import { AnthropicInstrumentation } from '@arizeai/openinference-instrumentation-anthropic'
import { context } from '@opentelemetry/api'
import { messagesByHand, session, startTelemetry } from './common.mjs'

const telemetry = startTelemetry('client-openinference-anthropic')
new AnthropicInstrumentation().manuallyInstrument(Anthropic)
const anthropic = new Anthropic({ apiKey: 'none', baseURL: process.env.MODEL_URL })

await context.with(setSession(context.active(), { sessionId: session() }), () => messagesByHand(anthropic))
await telemetry.shutdown()
