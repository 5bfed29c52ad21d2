import {
  MutationCache,
  QueryCache,
  QueryClient,
  type QueryKey,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import { ApiError } from '@/lib/http/client'

/**
 * One client for each browser tab, and one for each request on the server. `onSignedOut` is called when the API no
 * longer knows the caller: the sign-in ended here or on another device.
 */
export const makeQueryClient = (onSignedOut: () => void = () => {}): QueryClient => {
  const onError = (error: unknown) => {
    if (error instanceof ApiError && error.code === 'unauthenticated') onSignedOut()
  }
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    // A form that asks for a sign-in says so itself: `meta: { signedOut: 'handled' }`.
    mutationCache: new MutationCache({
      onError: (error, _input, _context, mutation) => {
        if (mutation.meta?.signedOut !== 'handled') onError(error)
      },
    }),
    defaultOptions: {
      queries: {
        // Longer than hydration takes, so that what the server has just read is not asked for again.
        staleTime: 20_000,
        retry: (failures, error) => failures < 3 && isWorthRetrying(error),
      },
      mutations: { retry: false },
    },
  })
}

/** Only what may be different in a moment: the caller's own mistakes stay mistakes. */
const isWorthRetrying = (error: unknown): boolean =>
  error instanceof ApiError && ['unreachable', 'unavailable', 'rate_limited', 'internal'].includes(error.code)

/**
 * A write on /api/v1 that makes what it changed be read again: every query whose key begins with one of `changes`
 * (usually `[domain]`). The error is an ApiError.
 */
export const useWrite = <T, V>(write: (input: V) => Promise<T>, ...changes: readonly QueryKey[]) =>
  useMutation<T, ApiError, V>({ mutationFn: write, onSuccess: useInvalidate(changes) })

/** The same for callers who may have no account yet: a refused sign-in is shown in the form. */
export const useOpenWrite = <T, V>(write: (input: V) => Promise<T>, ...changes: readonly QueryKey[]) =>
  useMutation<T, ApiError, V>({
    mutationFn: write,
    onSuccess: useInvalidate(changes),
    meta: { signedOut: 'handled' },
  })

const useInvalidate = (changes: readonly QueryKey[]) => {
  const client = useQueryClient()
  return () => Promise.all(changes.map((queryKey) => client.invalidateQueries({ queryKey })))
}
