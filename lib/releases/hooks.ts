import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import type { Page } from '@/lib/core/page'
import { api } from '@/lib/http/client'
import type { ReleaseSummary, ReleaseView } from './schema'

/** Releases in the browser. `team` is a slug or id; a page is `{ cursor }` of the one before. */

type At = { team: string }
type ListAt = At & { agent?: string | undefined; cursor?: string | undefined; limit?: number | undefined }

const RELEASES = ['releases'] as const

export const releasesOptions = ({ team, ...filter }: ListAt) =>
  queryOptions({
    queryKey: [...RELEASES, 'list', { team, ...filter }],
    queryFn: ({ signal }) => api<Page<ReleaseSummary>>('GET', '/releases', { team, query: filter, signal }),
  })
export const useReleases = (at: ListAt) => useSuspenseQuery(releasesOptions(at))

export const releaseOptions = ({ team, releaseId }: At & { releaseId: string }) =>
  queryOptions({
    queryKey: [...RELEASES, 'one', { team, releaseId }],
    queryFn: ({ signal }) => api<ReleaseView>('GET', `/releases/${encodeURIComponent(releaseId)}`, { team, signal }),
  })
export const useRelease = (at: At & { releaseId: string }) => useSuspenseQuery(releaseOptions(at))
