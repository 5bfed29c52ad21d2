import { z } from 'zod'
import type { JsonObject, JsonValue } from '@/lib/core/json'

/**
 * Personal data of audit entries. Audit text can never be erased, so a field that tells who somebody is (name, e-mail)
 * is marked in the domain's schema: `email: personal(z.email())`. `auditView` leaves such fields out; `personalView`
 * holds only them and goes to `AuditNote.personal`, where it is encrypted under the subject's own key.
 */
export const personal = <S extends z.ZodType>(schema: S): S => {
  schema.register(marked, { personal: true })
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

/** Also when the marked schema was wrapped afterwards: `personal(z.string()).nullable()`. */
const isPersonal = (field: z.core.$ZodType): boolean => {
  if (marked.has(field)) return true
  const inner = 'innerType' in field._zod.def ? field._zod.def.innerType : undefined
  return inner instanceof z.core.$ZodType && isPersonal(inner)
}

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
