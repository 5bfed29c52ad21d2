import { queryOptions } from '@tanstack/react-query'
import type { Page } from '@/lib/core/page'
import { api } from '@/lib/http/client'
import type { SourceView } from './schema'

/** Sources in the browser, those of one key or of the team (a slug or id). `everyMs`: asked again that often; null = not. */
export const sourcesOptions = ({
  team,
  keyId,
  everyMs,
}: {
  team: string
  keyId: string | undefined
  everyMs: number | null
}) =>
  queryOptions({
    queryKey: ['sources', 'list', { team, keyId }],
    queryFn: ({ signal }) => api<Page<SourceView>>('GET', '/sources', { team, query: { keyId, limit: 50 }, signal }),
    refetchInterval: everyMs ?? false,
    // Without a network the page must say that it is not live, and not wait in silence.
    networkMode: 'always',
  })
