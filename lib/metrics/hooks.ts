import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { api } from '@/lib/http/client'
import type { MetricsAnswer, MetricsFilters } from '@/lib/metrics/schema'

/** Metrics in the browser. `team` is a slug or id; figures stay on screen while a new range loads. */
export const metricsOptions = ({ team, ...filters }: { team: string } & Omit<MetricsFilters, 'team'>) =>
  queryOptions({
    queryKey: ['metrics', 'series', { team, ...filters }],
    queryFn: ({ signal }) => api<MetricsAnswer>('GET', '/metrics', { team, query: filters, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  })

export const useMetrics = (at: { team: string } & Omit<MetricsFilters, 'team'>) => useQuery(metricsOptions(at))
