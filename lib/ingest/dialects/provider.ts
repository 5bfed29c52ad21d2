/** Names with dots that are names: what follows in any other is the API (`openai.chat`, wire.md 2.4). */
const WHOLE = /^(aws|azure\.ai|gcp|ibm)\./

/** Providers by how their models' names begin, for senders that do not name one. */
const BY_MODEL: readonly (readonly [RegExp, string])[] = [
  [/^(gpt-|chatgpt-|o[1345](-|$)|text-embedding-|davinci|whisper|tts-)/, 'openai'],
  [/^claude/, 'anthropic'],
  [/^(gemini|gemma|text-bison|learnlm)/, 'gcp.gemini'],
  [/^(mistral|mixtral|codestral|ministral|pixtral|magistral|devstral)/, 'mistral_ai'],
  [/^(command|embed-|rerank-)/, 'cohere'],
  [/^deepseek/, 'deepseek'],
  [/^grok/, 'x_ai'],
  [/^sonar/, 'perplexity'],
  [/^(kimi|moonshot)/, 'moonshot_ai'],
]

/** The provider in lower case, without the name of its API; guessed from the model where none is named. */
export const providerName = (sent: string | null, model: string | null): string | null => {
  if (sent === null) {
    const name = model?.toLowerCase() ?? ''
    return BY_MODEL.find(([pattern]) => pattern.test(name))?.[1] ?? null
  }
  const name = sent.trim().toLowerCase()
  const dot = name.indexOf('.')
  return dot <= 0 || WHOLE.test(name) ? name : name.slice(0, dot)
}
