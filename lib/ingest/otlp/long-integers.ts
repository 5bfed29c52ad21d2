/**
 * JSON text whose bare integers of 16 digits or more stand in quotes, so that JSON.parse keeps every digit of them: as
 * numbers they would be rounded (1771283778037440999 to …441000, wire.md 1.2). Text in strings, fractions and exponents
 * stay as they are. Linear in the length of the text.
 */
export const quoteLongIntegers = (text: string): string => {
  if (!/[\s:,[]-?[1-9]\d{15}/.test(text)) return text
  const parts: string[] = []
  let at = 0
  while (at < text.length) {
    const quote = text.indexOf('"', at)
    const outside = text.slice(at, quote === -1 ? text.length : quote)
    parts.push(outside.length > 15 ? quoted(outside) : outside)
    if (quote === -1) break
    at = endOfString(text, quote)
    parts.push(text.slice(quote, at))
  }
  return parts.join('')
}

/** Between two strings there are only numbers, words and punctuation. */
const quoted = (outside: string): string =>
  outside.replace(/(?<=[\s:,[])-?[1-9]\d{15,}(?![\d.eE])/g, (digits) => `"${digits}"`)

/** Index behind the closing quote: the first one with an even number of backslashes before it. */
const endOfString = (text: string, open: number): number => {
  for (let quote = text.indexOf('"', open + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0
    while (text[quote - 1 - backslashes] === '\\') backslashes += 1
    if (backslashes % 2 === 0) return quote + 1
  }
  return text.length
}
