import 'server-only'
import type { z } from 'zod'
import { isDatabaseAway } from '@/lib/core/database-away'
import { DomainError, ERROR_STATUS, type ErrorCode, type ErrorDetail } from '@/lib/core/errors'
import { newId } from '@/lib/core/ids'
import { log, withoutSecrets } from '@/lib/core/log'
import { parseInput } from '@/lib/core/mutation'

type Schemas = { params?: z.ZodType; query?: z.ZodType; body?: z.ZodType }
type Parsed<S extends Schemas> = { [K in keyof S]: S[K] extends z.ZodType ? z.output<S[K]> : never }

/** How a caller is known. Passed in, so that only console routes pull in next-auth. */
export type Authenticate<C> = (request: Request, requestId: string) => Promise<C>

export type RouteSpec<C, S extends Schemas, O extends z.ZodType | undefined> = {
  auth: Authenticate<C>
  input?: S
  /** Parsed on the way out: it is the contract, and it strips what it does not name. Undefined = 204. */
  output: O
  status?: number
  handler: (ctx: C, input: Parsed<S>, request: Request) => Promise<O extends z.ZodType ? z.input<O> : void>
}

export type RouteHandler = (
  request: Request,
  context: { params: Promise<Record<string, string | string[]>> },
) => Promise<Response>

/** What a caller is told when a request is refused. Status and headers follow from the code. */
export type Refusal = { code: ErrorCode; message: string; details?: readonly ErrorDetail[]; requestId: string }
/** Writes a refusal in the form that the caller's protocol prescribes. */
export type ShapeRefusal = (refusal: Refusal, request: Request) => { body: BodyInit; contentType: string }

/** Bodies of console and small API routes; telemetry has its own reader with its own limits. */
const BODY_MAX_BYTES = 1024 * 1024

/**
 * Builds a route: request id, authenticate, parse, handler, parse output, JSON. The only `catch` that turns errors into
 * answers: `{ error: { code, message, details?, requestId } }`.
 */
export const defineRoute = <C, S extends Schemas, O extends z.ZodType | undefined>(
  spec: RouteSpec<C, S, O>,
): RouteHandler & { spec: RouteSpec<C, S, O> } =>
  Object.assign(
    (request: Request, context: { params: Promise<Record<string, string | string[]>> }) =>
      answering(request, async (requestId) => {
        const ctx = await spec.auth(request, requestId)
        const input = await readInput(spec.input, request, context)
        const value = await spec.handler(ctx, input, request)
        if (spec.output === undefined) return new Response(null, { status: 204 })
        return Response.json(spec.output.parse(value), { status: spec.status ?? 200 })
      }),
    { spec },
  )

/**
 * Builds a route that reads its own body and shapes its own answer (telemetry, downloads) but keeps request id,
 * authentication and the error envelope; `refusal` replaces the envelope where a protocol has one of its own.
 */
export const defineRawRoute =
  <C>(spec: {
    auth: Authenticate<C>
    handler: (ctx: C, request: Request, params: Record<string, string | string[]>) => Promise<Response>
    refusal?: ShapeRefusal
  }): RouteHandler =>
  (request, context) =>
    answering(
      request,
      async (requestId) => {
        const ctx = await spec.auth(request, requestId)
        return spec.handler(ctx, request, (await context?.params) ?? {})
      },
      spec.refusal,
    )

/** For routes that are open to anybody (health, OpenAPI, sign-up by setup code). */
export const anyone: Authenticate<{ requestId: string; now: Date }> = async (_request, requestId) => ({
  requestId,
  now: new Date(),
})

const answering = async (
  request: Request,
  work: (requestId: string) => Promise<Response>,
  shape?: ShapeRefusal,
): Promise<Response> => {
  const requestId = newId('req')
  let response: Response
  try {
    refuseZero(request)
    response = await work(requestId)
  } catch (error) {
    response = errorResponse(error, requestId, request, shape)
  }
  response.headers.set('x-signalbox-request-id', requestId)
  if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'no-store')
  return response
}

/** No id, name or cursor holds U+0000, and PostgreSQL fails on it: said once, here, for every path and query. */
const refuseZero = (request: Request): void => {
  if (/%00/.test(request.url)) throw new DomainError('bad_request', 'The URL holds U+0000. Remove %00.')
}

export const errorResponse = (error: unknown, requestId: string, request: Request, shape = envelope): Response => {
  const known = error instanceof DomainError ? error : isDatabaseAway(error) ? away(error) : undefined
  if (!known) {
    log.error({ err: error, requestId, path: withoutSecrets(new URL(request.url).pathname) }, 'request failed')
  }
  const code = known?.code ?? 'internal'
  const headers = new Headers()
  if (code === 'unauthenticated') headers.set('www-authenticate', 'Bearer')
  if (known?.retryAfterSec !== undefined)
    headers.set('retry-after', String(Math.max(1, Math.ceil(known.retryAfterSec))))
  const message = known?.message ?? 'Something failed on our side; nothing of this request was applied. Try again.'
  const details = known?.details ? { details: known.details } : {}
  const { body, contentType } = shape({ code, message, ...details, requestId }, request)
  headers.set('content-type', contentType)
  return new Response(body, { status: ERROR_STATUS[code], headers })
}

const envelope: ShapeRefusal = (refusal) => ({
  body: JSON.stringify({ error: refusal }),
  contentType: 'application/json',
})

/** Telemetry senders retry 503 and give up on 500: what could be taken later must say so (wire.md 1.2). */
const away = (cause: unknown): DomainError =>
  new DomainError('unavailable', 'The database is away. Send it again.', { cause, retryAfterSec: 2 })

const readInput = async <S extends Schemas>(
  schemas: S | undefined,
  request: Request,
  context: { params: Promise<Record<string, string | string[]>> },
): Promise<Parsed<S>> => {
  const raw: Record<string, unknown> = {}
  // Without dynamic segments Next resolves `params` to undefined whatever its type says.
  if (schemas?.params) raw.params = parseInput(schemas.params, (await context?.params) ?? {})
  if (schemas?.query) raw.query = parseInput(schemas.query, queryOf(request))
  if (schemas?.body) raw.body = parseInput(schemas.body, await readJson(request))
  return raw as Parsed<S> // each key was parsed by the schema of the same key just above
}

/** Query parameters: a repeated name is an error for schemas that want one value, an array for those that want many. */
const queryOf = (request: Request): Record<string, string | string[]> => {
  const query: Record<string, string | string[]> = Object.create(null)
  const { searchParams } = new URL(request.url)
  for (const name of new Set(searchParams.keys())) {
    const values = searchParams.getAll(name)
    query[name] = values.length === 1 ? (values[0] ?? '') : values
  }
  return query
}

const readJson = async (request: Request): Promise<unknown> => {
  const text = await readTextBounded(request, BODY_MAX_BYTES)
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new DomainError('bad_request', 'The body is not JSON.', { cause })
  }
}

const readTextBounded = async (request: Request, maxBytes: number): Promise<string> => {
  const chunks: Uint8Array[] = []
  let size = 0
  if (!request.body) return ''
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > maxBytes) throw new DomainError('too_large', `The body is larger than ${maxBytes} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
