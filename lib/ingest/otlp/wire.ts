import { type DescField, type DescMessage } from '@bufbuild/protobuf'
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { DomainError } from '@/lib/core/errors'

/** Messages in one request, values included. Two bytes make a message, so that 64 MiB could make 32 million objects. */
export const MAX_MESSAGES = 2_000_000

/**
 * Walks a message without building it and answers how many messages of the kind `counted` it holds. Throws when its
 * structure is broken, nested deeper than `maxDepth` messages, or (`too_large`) made of more messages than memory should
 * hold. Reads with the library's reader and descriptors.
 */
export const checkWire = (schema: DescMessage, counted: DescMessage, bytes: Uint8Array, maxDepth: number): number => {
  const reader = new BinaryReader(bytes)
  let [messages, count] = [0, 0]
  /** Messages under way, the innermost last. */
  const open = [{ fields: submessagesOf(schema), end: bytes.length }]
  for (let top = open.at(-1); top; top = open.at(-1)) {
    if (reader.pos >= top.end) {
      if (reader.pos > top.end) throw new Error('a message ends behind the one that holds it')
      open.pop()
      continue
    }
    const [fieldNo, wireType] = reader.tag()
    const inner = top.fields.get(fieldNo)
    if (!inner || wireType !== WireType.LengthDelimited) {
      reader.skip(wireType, fieldNo, maxDepth)
      continue
    }
    messages += 1
    if (inner === counted) count += 1
    if (messages > MAX_MESSAGES) {
      throw new DomainError('too_large', `At most ${MAX_MESSAGES} values in one request. Split it.`)
    }
    if (open.length >= maxDepth) throw new Error(`nested deeper than ${maxDepth} messages`)
    const length = reader.uint32()
    open.push({ fields: submessagesOf(inner), end: reader.pos + length })
  }
  return count
}

type Submessages = ReadonlyMap<number, DescMessage>
const known = new WeakMap<DescMessage, Submessages>()

/** Field number -> the message that the field holds. */
const submessagesOf = (schema: DescMessage): Submessages => {
  const found = known.get(schema)
  if (found) return found
  const made = new Map(
    schema.fields.flatMap(({ number, message }): [number, DescMessage][] => (message ? [[number, message]] : [])),
  )
  known.set(schema, made)
  return made
}

/**
 * Lets text that is not UTF-8 through, with U+FFFD in the place of what is broken: senders that cut long values in the
 * middle of a character are real, and one such value must not cost the whole request. Before the first decoding.
 */
export const withoutTextCheck = (schema: DescMessage, seen = new Set<DescMessage>()): void => {
  if (seen.has(schema)) return
  seen.add(schema)
  for (const field of schema.fields) {
    if ('utf8Validation' in field) mutable(field).utf8Validation = false
    if (field.message) withoutTextCheck(field.message, seen)
  }
}

/** The library reads the flag when it first decodes the message; a descriptor is a plain object, not frozen. */
const mutable = (field: DescField): { utf8Validation: boolean } => field as unknown as { utf8Validation: boolean }
