import { z } from 'zod'
import type { KeyScope, Permission } from '@/lib/auth/permissions'
import { ERROR_STATUS } from '@/lib/core/errors'

/**
 * OpenAPI 3.1 from the same zod schemas that the routes parse with: what is documented is what is enforced. Which routes
 * there are, and what each is for, stands in app/api/v1/registry.ts.
 */

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
export type Method = (typeof METHODS)[number]

/** Who may call: nobody in particular, a signed-in person, or a key with a scope. */
export type Caller = 'open' | 'person' | { key: KeyScope } | { key: KeyScope; person: Permission }

export type RouteDoc = {
  summary: string
  caller: Caller
  /** For routes that read or shape bodies themselves; others say it in their spec. */
  raw?: {
    query?: z.ZodType
    body?: z.ZodType
    bodyTypes?: readonly string[]
    output?: z.ZodType
    outputType?: string
    status?: number
  }
}

type Spec = {
  input?: { params?: z.ZodType; query?: z.ZodType; body?: z.ZodType }
  output?: z.ZodType | undefined
  status?: number
}
/** A `route.ts`: its handlers, each with the spec that `defineRoute` attaches. */
export type RouteModule = { readonly [M in Method]?: ((...args: never[]) => unknown) & { readonly spec?: Spec } }
export type RouteEntry = {
  /** As in the URL, parameters in braces: `/api/v1/agents/{agentId}`. */
  path: string
  module: RouteModule
  says: { readonly [M in Method]?: RouteDoc }
}

export type JsonSchema = { [key: string]: unknown }
export type Operation = {
  operationId: string
  summary: string
  security: Record<string, string[]>[]
  description: string
  parameters: { name: string; in: 'path' | 'query'; required: boolean; schema: JsonSchema }[]
  requestBody?: { required: true; content: Record<string, { schema: JsonSchema }> }
  responses: Record<string, JsonSchema>
}
export type OpenApi = {
  openapi: '3.1.0'
  info: { title: string; version: string; description: string }
  paths: Record<string, Record<string, Operation>>
  components: JsonSchema & { schemas: Record<string, JsonSchema> }
}

export const openApi = (routes: readonly RouteEntry[], version: string): OpenApi => {
  const schemas: Record<string, JsonSchema> = { Error: hoisted(ErrorEnvelope, 'output', 'Error', {}) }
  const paths: OpenApi['paths'] = {}
  for (const route of routes) {
    const operations: Record<string, Operation> = {}
    for (const method of METHODS) {
      const doc = route.says[method]
      if (doc) operations[method.toLowerCase()] = operation(route, method, doc, schemas)
    }
    paths[route.path] = operations
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Signalbox', version, description: 'Control plane for AI agents in production.' },
    paths,
    components: {
      schemas,
      responses: {
        Error: {
          description: ERRORS,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
        },
      },
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'A key of an agent or team: sbx_<publicId>_<secret>.' },
        session: { type: 'apiKey', in: 'cookie', name: 'signalbox.session', description: 'A signed-in person.' },
      },
    },
  }
}

const ErrorEnvelope = z.object({
  error: z.object({
    code: z.enum(Object.keys(ERROR_STATUS)),
    message: z.string(),
    details: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    requestId: z.string(),
  }),
})
const ERRORS = `Any error: ${Object.entries(ERROR_STATUS)
  .map(([code, status]) => `${code} ${status}`)
  .join(', ')}.`

const operation = (
  route: RouteEntry,
  method: Method,
  doc: RouteDoc,
  schemas: Record<string, JsonSchema>,
): Operation => {
  const spec = route.module[method]?.spec
  const id = `${method.toLowerCase()}${route.path.replace(/^\/api\/v1/, '').replace(/[^A-Za-z]+(.)?/g, (_, next = '') => String(next).toUpperCase())}`
  const body = doc.raw?.body ?? spec?.input?.body
  const output = doc.raw?.output ?? spec?.output
  const status = doc.raw?.status ?? (output ? (spec?.status ?? 200) : 204)
  const types = doc.raw?.bodyTypes ?? ['application/json']
  const bodySchema = body && hoisted(body, 'input', `${id}Body`, schemas)
  return {
    operationId: id,
    summary: doc.summary,
    ...access(doc.caller),
    parameters: [
      ...parameters(spec?.input?.params, 'path', `${id}Path`, schemas),
      ...parameters(doc.raw?.query ?? spec?.input?.query, 'query', `${id}Query`, schemas),
    ],
    ...(bodySchema
      ? { requestBody: { required: true, content: Object.fromEntries(types.map((t) => [t, { schema: bodySchema }])) } }
      : {}),
    responses: {
      [status]: output
        ? {
            description: 'Done.',
            content: {
              [doc.raw?.outputType ?? 'application/json']: {
                schema: hoisted(output, 'output', `${id}Answer`, schemas),
              },
            },
          }
        : { description: 'Done; no content.' },
      default: { $ref: '#/components/responses/Error' },
    },
  }
}

const access = (caller: Caller): Pick<Operation, 'security' | 'description'> => {
  if (caller === 'open') return { security: [], description: 'Open to anybody.' }
  if (caller === 'person') return { security: [{ session: [] }], description: 'A signed-in person.' }
  if ('person' in caller) {
    const description = `A key with scope \`${caller.key}\`, or a signed-in person with \`${caller.person}\`.`
    return { security: [{ key: [] }, { session: [] }], description }
  }
  return { security: [{ key: [] }], description: `A key with scope \`${caller.key}\`.` }
}

const parameters = (
  schema: z.ZodType | undefined,
  place: 'path' | 'query',
  name: string,
  schemas: Record<string, JsonSchema>,
): Operation['parameters'] => {
  if (!schema) return []
  const { properties, required } = Properties.parse(hoisted(schema, 'input', name, schemas))
  return Object.entries(properties).map(([field, of]) => ({
    name: field,
    in: place,
    required: place === 'path' || required.includes(field),
    schema: of,
  }))
}
const Properties = z.object({
  properties: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  required: z.array(z.string()).default([]),
})

/** JSON Schema of a zod schema; what it defines for itself (recursion) moves to `components` under unique names. */
const hoisted = (
  schema: z.ZodType,
  io: 'input' | 'output',
  name: string,
  schemas: Record<string, JsonSchema>,
): JsonSchema => {
  // What JSON Schema cannot say (refinements, custom checks) stays open here and is checked by the route.
  const converted = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  const text = JSON.stringify(converted)
  const {
    $schema: _,
    $defs,
    ...own
  } = AnyObject.parse(
    JSON.parse(
      text
        .replaceAll('"$ref":"#/$defs/', `"$ref":"#/components/schemas/${name}_`)
        .replaceAll('"$ref":"#"', `"$ref":"#/components/schemas/${name}"`),
    ),
  )
  for (const [key, def] of Object.entries(AnyObject.parse($defs ?? {})))
    schemas[`${name}_${key}`] = AnyObject.parse(def)
  if (!text.includes('"$ref":"#"')) return own
  schemas[name] = own
  return { $ref: `#/components/schemas/${name}` }
}
const AnyObject = z.record(z.string(), z.unknown())
