// The OpenAI SDK under OpenInference: chat, a stream, responses with a reasoning model, embeddings.
import { setSession } from '@arizeai/openinference-core'
import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai'
import { context } from '@opentelemetry/api'
import OpenAI from 'openai'
import { chatByHand, openAiOptions, responsesByHand, session, startTelemetry } from './common.mjs'

const telemetry = startTelemetry('client-openinference-openai')
new OpenAIInstrumentation().manuallyInstrument(OpenAI)
const openai = new OpenAI(openAiOptions)
const inSession = (run) => context.with(setSession(context.active(), { sessionId: session() }), run)

await inSession(() => chatByHand(openai))
await inSession(() => responsesByHand(openai))
await inSession(() => openai.embeddings.create({ model: 'text-embedding-3-small', input: ['desk lamp', 'tea cups'] }))
await telemetry.shutdown()
