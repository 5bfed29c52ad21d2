/** The browser's way to /api/v1. Types come from the schemas the server parses its answers with; nothing is parsed twice. */

/** What a request ended in, when not in its answer. `code` is the API's, or `unreachable` when nothing answered. */
export class ApiError extends Error {
  readonly code: string
  /** HTTP status; 0 when nothing answered. */
  readonly status: number
  readonly details: readonly { path: string; message: string }[]
  /** Quote it when asking for help; null when nothing answered. */
  readonly requestId: string | null
  readonly retryAfterSec: number | null

  constructor(failure: {
    code: string
    message: string
    status: number
    details?: readonly { path: string; message: string }[]
    requestId?: string | null
    retryAfterSec?: number | null
    cause?: unknown
  }) {
    super(failure.message, failure.cause === undefined ? undefined : { cause: failure.cause })
    this.name = 'ApiError'
    this.code = failure.code
    this.status = failure.status
    this.details = failure.details ?? []
    this.requestId = failure.requestId ?? null
    this.retryAfterSec = failure.retryAfterSec ?? null
  }

  /** The message for one field of a form, if the answer has one. */
  fieldMessage(path: string): string | undefined {
    return this.details.find((detail) => detail.path === path)?.message
  }
}

export type ApiOptions = {
  /** Slug or id of the team acted in; left out: above teams, or the person's first. */
  team?: string | undefined
  query?: Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>> | undefined
  body?: unknown
  signal?: AbortSignal | undefined
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/**
 * Calls `/api/v1<path>`. Throws ApiError for every status but 2xx, and when nothing answers.
 * `T` is the wire type of the route: its output schema has parsed the answer on the server.
 */
export const api = async <T>(method: Method, path: string, options: ApiOptions = {}): Promise<T> => {
  const response = await answer(method, path, options)
  if (!response.ok) throw await failureOf(response)
  return (response.status === 204 ? undefined : await response.json()) as T // guaranteed by the route's output schema
}

const answer = async (method: Method, path: string, options: ApiOptions): Promise<Response> => {
  const headers = new Headers({ accept: 'application/json' })
  if (options.team !== undefined) headers.set('x-signalbox-team', options.team)
  // Writes say JSON even without a body: another site's form cannot (lib/auth/same-origin.ts).
  if (method !== 'GET') headers.set('content-type', 'application/json')
  try {
    return await fetch(`/api/v1${path}${queryText(options.query)}`, {
      method,
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal ? { signal: options.signal } : {}),
    })
  } catch (cause) {
    if (options.signal?.aborted) throw cause
    const message = 'Signalbox does not answer. Check the connection, then try again.'
    throw new ApiError({ code: 'unreachable', message, status: 0, cause })
  }
}

const queryText = (query: ApiOptions['query']): string => {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null) params.append(name, String(one))
    }
  }
  return params.size === 0 ? '' : `?${params.toString()}`
}

/** A proxy between us and the browser may answer something else than our envelope. */
const failureOf = async (response: Response): Promise<ApiError> => {
  const body: unknown = await response.json().catch(() => undefined)
  const error = field(body, 'error')
  const [code, message, requestId] = [field(error, 'code'), field(error, 'message'), field(error, 'requestId')]
  const details = field(error, 'details')
  return new ApiError({
    status: response.status,
    code: typeof code === 'string' ? code : 'internal',
    message: typeof message === 'string' ? message : `Signalbox answered ${response.status}. Try again.`,
    requestId: typeof requestId === 'string' ? requestId : response.headers.get('x-signalbox-request-id'),
    details: Array.isArray(details) ? details.flatMap(detailOf) : [],
    retryAfterSec: Number(response.headers.get('retry-after')) || null,
  })
}

const detailOf = (detail: unknown) => {
  const [path, message] = [field(detail, 'path'), field(detail, 'message')]
  return typeof path === 'string' && typeof message === 'string' ? [{ path, message }] : []
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined
