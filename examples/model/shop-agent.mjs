// What the scripted model answers: a shop's support agent that knows two tools. No randomness, no state: the same
// conversation gets the same answer, whatever framework asks and whatever it calls the tools.
const ORDER = /\b[A-Z]-\d{3,}\b/g
const AMOUNT = /\b(\d+\.\d{2})\b/
const FAILED = /not found|no such|unknown order|"?error"?\b/i

/**
 * @param {{ turns: import('./conversation.mjs').Turn[], toolNames: string[] }} conversation
 * @returns {{ text: string, call?: undefined } | { call: { name: string, args: object }, text: string }}
 */
export function nextStep({ turns, toolNames }) {
  const asked = turns.filter(({ role }) => role === 'user').map(({ text }) => text)
  const wish = asked.join('\n')
  const orderId = wish.match(ORDER)?.at(-1)
  if (!orderId) return { text: 'Hello! Which order is it about? Please tell me its number, for example A-100.' }

  const lookUp = toolNames.find((name) => name.endsWith('look_up_order'))
  const refund = toolNames.find((name) => name.endsWith('request_refund'))
  const done = callsWithResults(turns)
  const order = done.find(({ name, args }) => name.endsWith('look_up_order') && args.order_id === orderId)
  const refunded = done.find(({ name, args }) => name.endsWith('request_refund') && args.order_id === orderId)
  const wantsRefund = /\brefund\b/i.test(wish)

  if (!order) return lookUp ? call(lookUp, { order_id: orderId }) : handOver(orderId)
  if (FAILED.test(order.result)) return handOver(orderId)
  if (wantsRefund && !refunded) {
    const amount = Number(AMOUNT.exec(wish)?.[1] ?? field(order.result, 'total_usd') ?? 0)
    return refund
      ? call(refund, { order_id: orderId, amount_usd: amount, reason: 'the customer asked for it' })
      : handOver(orderId)
  }
  if (refunded && FAILED.test(refunded.result)) return handOver(orderId)
  if (refunded) return { text: `Your refund of ${refunded.args.amount_usd} USD for order ${orderId} is on its way.` }
  const arrives = field(order.result, 'arrives')
  const status = field(order.result, 'status') ?? 'on its way'
  return { text: `Order ${orderId} is ${status}${arrives ? ` and arrives on ${arrives}` : ''}.` }
}

const call = (name, args) => ({ call: { name, args }, text: '' })

const handOver = (orderId) => ({
  text: `I am sorry, I cannot find order ${orderId}. I hand over to a person, who will write to you today.`,
})

/** Every tool call of the conversation that has been answered, with its answer as text. */
function callsWithResults(turns) {
  const results = new Map(turns.filter(({ role }) => role === 'tool').map(({ callId, text }) => [callId, text]))
  return turns
    .flatMap(({ calls = [] }) => calls)
    .map((one) => ({ ...one, result: one.result ?? results.get(one.id) }))
    .filter(({ result }) => result !== undefined)
}

/** Tools answer JSON, Python's own notation or prose: a field is looked for, not parsed. */
function field(text, name) {
  const found = new RegExp(`\\\\?["']?${name}\\\\?["']?\\s*[:=]\\s*(?:\\\\?["']([^"'\\\\]*)|([\\w.-]+))`).exec(text)
  return found?.[1] ?? found?.[2]
}
