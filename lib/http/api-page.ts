import { z } from 'zod'
import type { JsonSchema, OpenApi, Operation } from '@/lib/http/openapi'

/** docs/API.md from the OpenAPI document: every route with who may call it, what it takes and what it answers. */
export const apiPage = (api: OpenApi): string =>
  [
    '# API',
    '',
    'Generated from the schemas that the routes parse with; `npx vitest run --project pure app/api/v1 -u` writes it anew.',
    'The same as OpenAPI 3.1: `GET /api/v1/openapi.json`.',
    '',
    'Send `Authorization: Bearer sbx_…` (a key) or the session cookie. With a session, `x-signalbox-team` names the team',
    'by slug or id. Errors are `{ error: { code, message, details?, requestId } }`; somebody else’s thing is the same 404',
    'as a missing one. Lists are pages: `limit` (at most 200) and the `cursor` of the page before; `nextCursor` is null on',
    'the last one. Times are ISO 8601 in UTC, money is a decimal string in USD. `?` marks what may be left out.',
    '',
    ...Object.entries(api.paths).flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, operation]) => section(method, path, operation)),
    ),
    ...(sharedSchemas(api).length > 0 ? ['## Shared shapes', '', ...sharedSchemas(api)] : []),
  ]
    .join('\n')
    .trimEnd()

const sharedSchemas = (api: OpenApi): string[] =>
  Object.entries(api.components.schemas).flatMap(([name, schema]) =>
    name === 'Error' ? [] : [`### ${name}`, '', '```text', typeText(schema), '```', ''],
  )

const section = (method: string, path: string, operation: Operation): string[] => {
  const query = operation.parameters.filter((parameter) => parameter.in === 'query')
  return [
    `## ${method.toUpperCase()} ${path}`,
    '',
    `${operation.summary} ${operation.description}`,
    '',
    ...query.map(
      ({ name, required, schema }) => `- \`?${name}\`${required ? ' (required)' : ''}: \`${typeText(schema)}\``,
    ),
    ...(query.length > 0 ? [''] : []),
    ...contents('Body', operation.requestBody?.content),
    ...Object.entries(operation.responses).flatMap(([status, response]) =>
      status === 'default' ? [] : contents(`Answers ${status}`, Content.parse(response).content),
    ),
  ]
}

const Schema = z.record(z.string(), z.unknown())
const Content = z.object({ content: z.record(z.string(), z.object({ schema: Schema })).optional() })

const contents = (title: string, content: Record<string, { schema: JsonSchema }> | undefined): string[] => {
  const [first] = Object.values(content ?? {})
  if (!first) return [`${title}.`, ''].slice(title === 'Body' ? 2 : 0)
  const types = Object.keys(content ?? {})
  const named = types.join() === 'application/json' ? '' : ` (${types.map((type) => `\`${type}\``).join(', ')})`
  return [`${title}${named}:`, '', '```text', typeText(first.schema), '```', '']
}

/** A JSON Schema in the notation of TypeScript, bounds behind it: `integer 1..200`. */
export const typeText = (schema: JsonSchema, indent = ''): string => {
  const parts = Parts.parse(schema)
  if (parts.$ref !== undefined) return parts.$ref.split('/').at(-1) ?? ''
  if ('const' in schema) return JSON.stringify(schema.const)
  if (parts.enum) return parts.enum.map((value) => JSON.stringify(value)).join(' | ')
  const options = parts.anyOf ?? parts.oneOf
  if (options) return options.map((option) => typeText(option, indent)).join(' | ')
  if (parts.allOf) return parts.allOf.map((option) => typeText(option, indent)).join(' & ')
  if (Array.isArray(parts.type)) return parts.type.map((type) => typeText({ ...schema, type }, indent)).join(' | ')
  if (parts.type === 'array') {
    const item = typeText(parts.items ?? {}, indent)
    return isUnion(parts.items ?? {}) ? `(${item})[]` : `${item}[]`
  }
  if (parts.type === 'object') return objectText(parts, indent)
  return scalarText(parts)
}

const isUnion = (schema: JsonSchema): boolean => {
  const { anyOf, oneOf, enum: values, type } = Parts.parse(schema)
  return [anyOf, oneOf, values, Array.isArray(type) ? type : undefined].some((options) => (options?.length ?? 0) > 1)
}

const objectText = (parts: z.output<typeof Parts>, indent: string): string => {
  const inner = `${indent}  `
  const fields = Object.entries(parts.properties ?? {}).map(
    ([name, field]) =>
      `${inner}${name}${parts.required?.includes(name) ? '' : '?'}: ${typeText(field, inner)}${remark(field)}`,
  )
  if (fields.length > 0) return `{\n${fields.join('\n')}\n${indent}}`
  const rest = Schema.safeParse(parts.additionalProperties)
  return `{ [name]: ${rest.success ? typeText(rest.data, inner) : 'any'} }`
}

const remark = (field: JsonSchema): string => {
  const { description } = Parts.parse(field)
  return description === undefined ? '' : ` // ${description}`
}

const scalarText = (parts: z.output<typeof Parts>): string => {
  const type = parts.format === 'date-time' ? 'time' : (parts.type ?? 'any')
  const [low, high] = [parts.minimum, parts.maximum]
  const bounded = high !== undefined && high < Number.MAX_SAFE_INTEGER
  return typeof type === 'string' && bounded ? `${type} ${low ?? ''}..${high}` : String(type)
}

const Parts = z.object({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  anyOf: z.array(Schema).optional(),
  oneOf: z.array(Schema).optional(),
  allOf: z.array(Schema).optional(),
  items: Schema.optional(),
  properties: z.record(z.string(), Schema).optional(),
  required: z.array(z.string()).optional(),
  additionalProperties: z.unknown().optional(),
  format: z.string().optional(),
  description: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
})
