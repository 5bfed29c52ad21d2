/**
 * The one error class of the code base. Throw it for what the caller must not continue past; anything else that
 * reaches the HTTP boundary is logged with its cause and answered as `internal`.
 */
export const ERROR_STATUS = {
  bad_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
} as const satisfies Record<string, number>

export type ErrorCode = keyof typeof ERROR_STATUS
export type ErrorDetail = { path: string; message: string }

export class DomainError extends Error {
  readonly code: ErrorCode
  readonly details: readonly ErrorDetail[] | undefined
  /** Seconds until a retry makes sense; sent as `Retry-After` (whole seconds, at least 1). */
  readonly retryAfterSec: number | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; details?: readonly ErrorDetail[]; retryAfterSec?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'DomainError'
    this.code = code
    this.details = options.details
    this.retryAfterSec = options.retryAfterSec
  }
}

/** The one 404: a missing thing and another team's thing must not be told apart (known-bugs U3). */
export const notFound = () => new DomainError('not_found', 'Not found. Check the id; you may lack access to its team.')
