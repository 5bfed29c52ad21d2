// What a call costs. Tokens are a function of the conversation alone, prices are integers in nano-USD for one token.

/** Rates of @pydantic/genai-prices 0.1.8; usage.test.ts compares them. `as` is the model that answers. */
export const MODELS = {
  'gpt-4o': { as: 'gpt-4o-2024-08-06', input: 2500, cacheRead: 1250, output: 10_000 },
  'gpt-4o-mini': { as: 'gpt-4o-mini-2024-07-18', input: 150, cacheRead: 75, output: 600 },
  'gpt-4.1-mini': { as: 'gpt-4.1-mini-2025-04-14', input: 400, cacheRead: 100, output: 1600 },
  'gpt-5': { as: 'gpt-5-2025-08-07', input: 1250, cacheRead: 125, output: 10_000, reasons: true },
  'claude-sonnet-4-5': {
    as: 'claude-sonnet-4-5-20250929',
    input: 3000,
    cacheRead: 300,
    cacheWrite: 3750,
    output: 15_000,
  },
  'text-embedding-3-small': { as: 'text-embedding-3-small', input: 20, cacheRead: 20, output: 0 },
}

/** A model by its name, by the dated name that answers, or with a vendor before it (`openai/gpt-4o`). */
export function findModel(name = '') {
  const bare = String(name).split('/').at(-1)
  return MODELS[bare] ?? Object.values(MODELS).find(({ as }) => as === bare)
}

/** What a chat model adds to every prompt; enough that a second request of a conversation finds a cache. */
const OVERHEAD = 1200
const CACHE_STEP = 128
const CACHE_FROM = 1024
const REASONING = 64

/**
 * `inputTokens` contains both cache counts, `outputTokens` contains reasoning. What the request before this one sent
 * (all up to the last thing the assistant said) is read from the cache: of OpenAI's models always, of Anthropic's, which
 * bill writing too, only where the request marks what to cache.
 * @param {import('./conversation.mjs').Conversation} conversation
 */
export function usageOf(model, conversation, reply, { marksCache = false } = {}) {
  const { turns, toolsText } = conversation
  const said = turns.findLastIndex(({ role }) => role === 'assistant')
  const before = said < 0 ? [] : turns.slice(0, said)
  const prompt = (part) => OVERHEAD + tokens(toolsText.length + sum(part.map(turnLength)))
  const inputTokens = prompt(turns)
  const cacheReadTokens = (!model.cacheWrite || marksCache) && before.length > 0 ? cacheable(prompt(before)) : 0
  const cacheWriteTokens = model.cacheWrite && marksCache ? cacheable(inputTokens) - cacheReadTokens : 0
  const reasoningTokens = model.reasons ? REASONING : 0
  const outputTokens = tokens(turnLength({ text: reply.text, calls: reply.call ? [reply.call] : [] })) + reasoningTokens
  return priced(model, { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens })
}

export function embeddingUsage(model, texts) {
  const inputTokens = sum(texts.map((text) => tokens(text.length)))
  return priced(model, {
    inputTokens,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
  })
}

function priced(model, usage) {
  return { ...usage, costNanoUsd: costOf(model, usage) }
}

/** Nano-USD of a call of one of `MODELS`. */
export function costOf(model, { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens }) {
  return (
    (inputTokens - cacheReadTokens - cacheWriteTokens) * model.input +
    cacheReadTokens * model.cacheRead +
    cacheWriteTokens * (model.cacheWrite ?? 0) +
    outputTokens * model.output
  )
}

const tokens = (characters) => Math.ceil(characters / 4)
const cacheable = (count) => (count < CACHE_FROM ? 0 : count - (count % CACHE_STEP))
const sum = (numbers) => numbers.reduce((total, one) => total + one, 0)
const turnLength = ({ text, calls = [] }) =>
  text.length + sum(calls.map(({ name, args }) => name.length + JSON.stringify(args).length))
