import { QueryClient, type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query'
import { ApiError } from '@/lib/http/client'

/** One client for each browser tab, and one for each request on the server. */
export const makeQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        // Longer than hydration takes, so that what the server has just read is not asked for again.
        staleTime: 20_000,
        retry: (failures, error) => failures < 3 && isWorthRetrying(error),
      },
      mutations: { retry: false },
    },
  })

/** Only what may be different in a moment: the caller's own mistakes stay mistakes. */
const isWorthRetrying = (error: unknown): boolean =>
  error instanceof ApiError && ['unreachable', 'unavailable', 'rate_limited', 'internal'].includes(error.code)

/**
 * A write on /api/v1 that makes what it changed be read again: every query whose key begins with one of `changes`
 * (usually `[domain]`). The error is an ApiError.
 */
export const useWrite = <T, V>(write: (input: V) => Promise<T>, ...changes: readonly QueryKey[]) => {
  const client = useQueryClient()
  return useMutation<T, ApiError, V>({
    mutationFn: write,
    onSuccess: () => Promise.all(changes.map((queryKey) => client.invalidateQueries({ queryKey }))),
  })
}
