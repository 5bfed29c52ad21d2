import { DomainError } from '@/lib/core/errors'

/** Objects and arrays in one request. Three bytes make one: 64 MiB of `{},` held a process up for 32 s and 1.5 GB. */
export const MAX_NODES = 3_000_000
/** Shorter texts cannot hold enough of them to matter, and are not looked through. */
const LOOKED_THROUGH_CHARS = 8 * 1024 * 1024

/** JSON.parse for the bodies of senders. Throws `bad_request` when it is not JSON, `too_large` when it holds too much. */
export const parseJson = (text: string): unknown => {
  checkNodes(text)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new DomainError('bad_request', 'The body is not JSON.', { cause })
  }
}

/** Throws `too_large` when parsing the text would make more objects and arrays than memory should hold. */
export const checkNodes = (text: string): void => {
  if (text.length < LOOKED_THROUGH_CHARS) return
  let nodes = 0
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (inString) {
      if (char === BACKSLASH) at += 1
      else if (char === QUOTE) inString = false
    } else if (char === QUOTE) inString = true
    else if (char === BRACE || char === BRACKET) nodes += 1
  }
  if (nodes > MAX_NODES) {
    throw new DomainError('too_large', `At most ${MAX_NODES} objects and arrays in one request. Split it.`)
  }
}

const [QUOTE, BACKSLASH, BRACE, BRACKET] = ['"', '\\', '{', '['].map((char) => char.charCodeAt(0))
