import type { ApiError } from '@/lib/http/client'

/** What a form says under its fields: the failure as a whole, unless the fields themselves say it already. */
export const formProblem = (error: ApiError | null): string | undefined =>
  error === null || error.details.length > 0 ? undefined : error.message
