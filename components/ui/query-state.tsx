'use client'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { formatTime } from '@/lib/charts/format'
import { ApiError } from '@/lib/http/client'
import { Button } from './button'
import { ErrorState } from './error-state'
import { NoPermission } from './no-permission'
import { Notice } from './notice'
import { TableSkeleton } from './table-skeleton'

/**
 * The states of something that is read: loading, no permission, failed, stale (older figures stay, with their time)
 * and there. `what` is the plural in running text, such as "agents".
 */
export const QueryState = <T,>({
  query,
  what,
  rows = 5,
  children,
}: {
  query: UseQueryResult<T>
  what: string
  rows?: number
  children: (data: T) => ReactNode
}) => {
  if (query.data !== undefined) {
    return (
      <>
        {query.isRefetchError ? <Stale query={query} /> : null}
        {children(query.data)}
      </>
    )
  }
  if (query.error) return <Failed error={query.error} what={what} again={() => void query.refetch()} />
  return <TableSkeleton rows={rows} what={what} />
}

const Failed = ({ error, what, again }: { error: Error; what: string; again: () => void }) => {
  if (error instanceof ApiError && error.status === 403) {
    return <NoPermission title={`You may not see ${what}`} who={error.message} />
  }
  return (
    <ErrorState
      title={`The ${what} could not be read`}
      what={reasonOf(error)}
      requestId={error instanceof ApiError ? (error.requestId ?? undefined) : undefined}
      act={<Button onClick={again}>Read again</Button>}
    />
  )
}

/** The API's sentence for callers that send data says to send it again; who reads has nothing to send. */
const reasonOf = (error: Error | null): string =>
  error instanceof ApiError && error.code === 'unavailable' ? 'The database does not answer.' : (error?.message ?? '')

const Stale = ({ query }: { query: UseQueryResult<unknown> }) => (
  <Notice
    status="stale"
    word="Stale"
    act={
      <Button size="small" busy={query.isFetching} onClick={() => void query.refetch()}>
        Read again
      </Button>
    }
  >
    {reasonOf(query.error)} What is shown is of{' '}
    {formatTime(new Date(query.dataUpdatedAt).toISOString(), new Date(), 'seconds')} UTC.
  </Notice>
)
