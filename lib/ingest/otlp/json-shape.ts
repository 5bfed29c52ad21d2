import type { Micros } from '@/lib/core/micros'
import { MAX_VALUE_DEPTH } from '@/lib/ingest/otlp/checks'
import type { Attributes, AttributeValue } from '@/lib/ingest/otlp/types'

/**
 * Fields of OTLP/JSON as the protobuf mapping has them: what is missing or null is the field's zero, 64-bit integers are
 * text or number, unknown fields are never looked at.
 */

export type JsonObject = { readonly [field: string]: unknown }

/** A field that holds what it cannot hold: its path and why. The caller knows what it is part of. */
export class WrongShape extends Error {
  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`)
  }
}

export const objectOf = (value: unknown, path: string): JsonObject => {
  if (value === undefined || value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value)) throw new WrongShape(path, 'must be an object')
  return value as JsonObject // neither null nor an array: every field may be read
}

export const listOf = (value: unknown, path: string): readonly unknown[] => {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new WrongShape(path, 'must be an array')
  return value
}

export const textOf = (value: unknown, path: string): string => {
  if (value === undefined || value === null) return ''
  if (typeof value !== 'string') throw new WrongShape(path, 'must be a text')
  return value
}

/** Enums are integers on the wire; some senders write the names, which say the same. */
export const enumOf = (value: unknown, path: string, names: readonly string[]): number => {
  if (value === undefined || value === null) return 0
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  const index = typeof value === 'string' ? names.indexOf(value) : -1
  if (index === -1) throw new WrongShape(path, 'must be an integer')
  return index
}

/** Nanoseconds, never through a number that could round them; 0 where there are none. */
export const microsOf = (value: unknown, path: string): Micros => {
  if (value === undefined || value === null || value === '') return 0
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return Number(value.slice(0, -3))
  if (typeof value === 'number' && Number.isInteger(value)) return Math.trunc(value / 1000)
  throw new WrongShape(path, 'must be nanoseconds since 1970 as an integer')
}

/** Without a prototype, so that a key named __proto__ is a key like any other. */
export const attributesOf = (list: unknown, path: string): Attributes => fieldsOf(list, path, 1)

const fieldsOf = (list: unknown, path: string, depth: number): { [key: string]: AttributeValue } => {
  const fields: { [key: string]: AttributeValue } = Object.create(null)
  for (const item of listOf(list, path)) {
    const { key, value } = objectOf(item, path)
    fields[textOf(key, `${path}.key`)] = valueOf(value, path, depth)
  }
  return fields
}

export const valueOf = (any: unknown, path: string, depth = 1): AttributeValue => {
  if (any === undefined || any === null) return null
  if (depth > MAX_VALUE_DEPTH) throw new WrongShape(path, `nested deeper than ${MAX_VALUE_DEPTH} levels`)
  const value = objectOf(any, path)
  if (isThere(value['stringValue'])) return textOf(value['stringValue'], `${path}.stringValue`)
  if (isThere(value['boolValue'])) return boolOf(value['boolValue'], `${path}.boolValue`)
  if (isThere(value['intValue'])) return integerOf(value['intValue'], `${path}.intValue`)
  if (isThere(value['doubleValue'])) return doubleOf(value['doubleValue'], `${path}.doubleValue`)
  if (isThere(value['arrayValue'])) {
    const { values } = objectOf(value['arrayValue'], path)
    return listOf(values, path).map((item) => valueOf(item, path, depth + 1))
  }
  if (isThere(value['kvlistValue'])) return fieldsOf(objectOf(value['kvlistValue'], path)['values'], path, depth + 1)
  if (isThere(value['bytesValue'])) return base64Of(value['bytesValue'], `${path}.bytesValue`)
  return null
}

const isThere = (value: unknown): boolean => value !== undefined && value !== null

const boolOf = (value: unknown, path: string): boolean => {
  if (typeof value !== 'boolean') throw new WrongShape(path, 'must be true or false')
  return value
}

/** Exact: beyond 2^53 the decimal text stays. */
const integerOf = (value: unknown, path: string): number | string => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value + 0
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) {
    const number = Number(value)
    if (Number.isSafeInteger(number)) return number + 0
    const exact = BigInt(value)
    if (BigInt.asIntN(64, exact) === exact) return exact.toString()
  }
  throw new WrongShape(path, 'must be a 64-bit integer')
}

/** JSON has neither NaN nor infinities; the mapping writes them as words. */
const doubleOf = (value: unknown, path: string): number | null => {
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return null
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number !== 'number' || Number.isNaN(number)) throw new WrongShape(path, 'must be a number')
  return Number.isFinite(number) ? number + 0 : null
}

/** Written anew, so that bytes have one text whether they came as standard or as URL-safe base64, padded or not. */
const base64Of = (value: unknown, path: string): string => Buffer.from(textOf(value, path), 'base64').toString('base64')
