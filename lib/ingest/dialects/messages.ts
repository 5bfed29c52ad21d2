import type { AttributeValue } from '@/lib/ingest/otlp/types'

/** Names without their common beginning: `0.message.role`, `0.message.tool_calls.1.tool_call.id`. */
export type FlatList = (readonly [path: string, value: AttributeValue])[]

/** Deeper names stay one name. */
const STEPS_MAX = 16
/** OpenInference puts each item of a list into an object of one such name. */
const WRAPPERS = new Set([
  'message',
  'message_content',
  'tool_call',
  'document',
  'embedding',
  'annotation',
  'evaluation',
])

/**
 * A list or object out of names with dots: numbers are places in a list, in their order, gaps closed. Where a name has a
 * value and parts, the parts stay.
 */
export const rebuild = (list: FlatList): AttributeValue => {
  const root: Node = { parts: new Map(), value: null }
  for (const [path, value] of list) {
    const steps = path.split('.')
    if (steps.length > STEPS_MAX) steps.push(steps.splice(STEPS_MAX - 1).join('.'))
    let at = root
    for (const step of steps) {
      const next = at.parts.get(step) ?? { parts: new Map(), value: null }
      at.parts.set(step, next)
      at = next
    }
    at.value = value
  }
  return valueOf(root)
}

type Node = { parts: Map<string, Node>; value: AttributeValue }

const valueOf = ({ parts, value }: Node): AttributeValue => {
  if (parts.size === 0) return value
  const keys = [...parts.keys()]
  if (keys.every((key) => /^\d{1,9}$/.test(key))) {
    const places = [...parts].sort(([a], [b]) => Number(a) - Number(b))
    return places.map(([, part]) => unwrapped(valueOf(part)))
  }
  // In an order of their own, not the sender's. fromEntries defines its keys: one named __proto__ stays a key.
  const object = Object.fromEntries([...parts].sort(byName).map(([key, part]) => [key, valueOf(part)]))
  if (Array.isArray(object['contents']) && !('content' in object)) {
    const { contents, ...rest } = object
    return { ...rest, content: contents ?? null }
  }
  return object
}

/** Who speaks comes first. */
const byName = ([a]: [string, Node], [b]: [string, Node]): number =>
  a === 'role' ? -1 : b === 'role' ? 1 : a < b ? -1 : a > b ? 1 : 0

const unwrapped = (value: AttributeValue): AttributeValue => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const [entry, another] = Object.entries(value)
  return entry && !another && WRAPPERS.has(entry[0]) ? entry[1] : value
}
