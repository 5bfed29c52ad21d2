// Traceloop without batching: every span is a request of its own, children before parents. Not streamed: of a
// stream it sends its own estimate instead of the provider's counts.
import * as traceloop from '@traceloop/node-server-sdk'
import OpenAI from 'openai'
import { signalbox } from '../shop.mjs'
import { chatByHand, openAiOptions, responsesByHand, session } from './common.mjs'

traceloop.initialize({
  appName: 'client-traceloop',
  apiKey: signalbox.key,
  baseUrl: signalbox.url,
  disableBatch: true,
  silenceInitializationMessage: true,
  traceloopSyncEnabled: false,
  instrumentModules: { openAI: OpenAI },
})
const openai = new OpenAI(openAiOptions)
const named = () => ({ name: 'refund', associationProperties: { sessionId: session(), userId: 'customer-2' } })

await traceloop.withWorkflow(named(), () =>
  traceloop.withTask({ name: 'answer' }, () => chatByHand(openai, { stream: false })),
)
await traceloop.withWorkflow(named(), () => responsesByHand(openai))
await traceloop.forceFlush()
