/**
 * How names on the wire become names of the price book. Providers of the OpenTelemetry list and of common SDKs that the
 * book does not know by itself stand in one table; all others are asked for as sent.
 */
const PROVIDER_ALIASES: ReadonlyMap<string, string> = new Map([
  ['x_ai', 'x-ai'],
  ['gcp.gen_ai', 'google'],
  ['azure.ai.inference', 'azure'],
  ['azure.ai.openai', 'azure'],
  ['azure.responses', 'azure'],
])

/** The price book's id for a provider as sent, or the name itself when there is no alias for it. */
export function providerOf(name: string): string {
  const plain = name.trim().toLowerCase()
  // AI SDK providers carry the API after a dot: "groq.chat", "azure.responses".
  return PROVIDER_ALIASES.get(plain) ?? plain.replace(/\.(chat|completion|responses|messages|embedding)$/, '')
}

/**
 * A model name without what deployments wrap around it: `projects/p/…/models/gemini-2.5-pro`, `models/…`, `openai/…`,
 * `…@20250805`, `…-2024-08-06`, `…-20240806`.
 */
export function cleanModel(model: string): string {
  const path = model.trim()
  const afterModels = path.slice(path.lastIndexOf('/models/') + 1).replace(/^models\//, '')
  return afterModels
    .slice(afterModels.lastIndexOf('/') + 1)
    .replace(/@(\d{4}-?\d{2}-?\d{2}|latest|default)$/, '')
    .replace(/-(\d{4}-\d{2}-\d{2}|\d{8})$/, '')
}

/** Whether a pattern with `*` for any text covers the whole name, without regard to case. Linear, no regular expression. */
export function matchesPattern(pattern: string, name: string): boolean {
  const parts = pattern.toLowerCase().split('*')
  const text = name.toLowerCase()
  const first = parts[0] ?? ''
  const last = parts[parts.length - 1] ?? ''
  if (parts.length === 1) return text === first
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return at <= text.length - last.length
}
