// The shop, its two tools and its three conversations: the same for every framework.
import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'

const shop = JSON.parse(readFileSync(new URL('../model/shop.json', import.meta.url), 'utf8'))

/** `{ name, version, text }` and `[{ id, user, text }]` */
export const { prompt } = shop
/** An id that no other run has: what is sent twice under one id is one interaction. */
export const conversations = shop.conversations.map((one) => ({ ...one, id: `${one.id}-${crypto.randomUUID()}` }))

export const tools = {
  look_up_order: {
    description: 'Finds an order by its number.',
    input: z.object({ order_id: z.string() }),
    async run({ order_id }) {
      await setTimeout(20)
      return shop.orders[order_id] ?? { error: 'order not found' }
    },
  },
  request_refund: {
    description: 'Asks for money back for an order that was looked up.',
    input: z.object({ order_id: z.string(), amount_usd: z.number(), reason: z.string() }),
    async run({ order_id, amount_usd }) {
      await setTimeout(20)
      return { refund_id: `R-${order_id}`, amount_usd, status: 'requested' }
    },
  },
}

/** How a conversation ended, as the shop sees it: what a person has to finish is not resolved. */
export const outcomeOf = (answer) =>
  answer.includes('hand over to a person')
    ? { result: 'unresolved', escalated: true }
    : { result: 'resolved', escalated: false }

/** The same for a span: attributes that Signalbox reads. */
export const outcomeAttributes = (answer) => {
  const { result, escalated } = outcomeOf(answer)
  return { 'signalbox.outcome.result': result, 'signalbox.outcome.escalated': escalated }
}

const env = (name) => {
  const value = process.env[name]
  if (!value) throw new Error(`Set ${name}: see examples/README.md.`)
  return value
}
export const signalbox = { url: env('SIGNALBOX_URL'), key: env('SIGNALBOX_KEY') }
export const modelUrl = `${env('MODEL_URL')}/v1`
