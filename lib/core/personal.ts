import { z } from 'zod'
import type { JsonObject, JsonValue } from '@/lib/core/json'

/**
 * Personal data of audit entries. Audit text can never be erased, so a field that tells who somebody is (name, e-mail)
 * is marked in the domain's schema: `email: personal(z.email())`. `auditView` leaves such fields out; `personalView`
 * holds only them and goes to `AuditNote.personal`, where it is encrypted under the subject's own key.
 */
export const personal = <S extends z.ZodType>(schema: S): S => {
  marked.add(schema, { personal: true })
  return schema
}

/** The schema's fields of a value without the personal ones, as JSON. What the schema does not name is left out. */
export const auditView = (value: object, schema: z.ZodObject): JsonObject =>
  viewOf(value, schema, (field) => !isPersonal(field))

/** The schema's personal fields of a value, as JSON. */
export const personalView = (value: object, schema: z.ZodObject): JsonObject => viewOf(value, schema, isPersonal)

const marked = z.registry<{ personal: true }>()

const viewOf = (value: object, schema: z.ZodObject, take: (field: z.core.$ZodType) => boolean): JsonObject => {
  const values = new Map(Object.entries(value))
  const view: JsonObject = {}
  for (const [name, field] of Object.entries(schema.shape)) {
    if (take(field) && values.get(name) !== undefined) view[name] = toJson(values.get(name), name)
  }
  return view
}

/** Also when the marked schema stands inside another one: nullable, in a list, in an object. Better too much than a leak. */
const isPersonal = (field: z.core.$ZodType): boolean => marked.has(field) || innerSchemas(field).some(isPersonal)

const innerSchemas = (field: z.core.$ZodType): z.core.$ZodType[] =>
  Object.values(field._zod.def).flatMap((part: unknown) => {
    const parts = Array.isArray(part) ? part : part && typeof part === 'object' ? [part, ...Object.values(part)] : []
    return parts.filter((inner: unknown) => inner instanceof z.core.$ZodType)
  })

/** Dates as ISO strings and bigints as decimal strings, as on the wire. Throws for what JSON cannot hold. */
export const toJson = (value: unknown, at: string): JsonValue => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map((item: unknown, i) => toJson(item, `${at}.${i}`))
  if (typeof value === 'object' && !ArrayBuffer.isView(value)) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined)
    return Object.fromEntries(entries.map(([key, item]) => [key, toJson(item, `${at}.${key}`)]))
  }
  throw new TypeError(`${at} cannot stand in an audit entry: ${typeof value}`)
}
