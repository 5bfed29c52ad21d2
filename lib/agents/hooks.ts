import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import type { Page } from '@/lib/core/page'
import { api } from '@/lib/http/client'
import { useWrite } from '@/lib/http/query-client'
import type { AgentChange, AgentCreate, AgentView, KeyCreate, KeyRotate, KeyView, NewKey } from './schema'

/** Agents and keys in the browser. `team` is a slug or id; a page is `{ cursor }` of the one before. */

type At = { team: string }
type PageAt = { cursor?: string | undefined; limit?: number | undefined }

const AGENTS = ['agents'] as const
const KEYS = ['keys'] as const

export const agentsOptions = ({ team, ...page }: At & PageAt) =>
  queryOptions({
    queryKey: [...AGENTS, 'list', { team, ...page }],
    queryFn: ({ signal }) => api<Page<AgentView>>('GET', '/agents', { team, query: page, signal }),
  })
export const useAgents = (at: At & PageAt) => useSuspenseQuery(agentsOptions(at))

export const agentOptions = ({ team, agentId }: At & { agentId: string }) =>
  queryOptions({
    queryKey: [...AGENTS, 'one', { team, agentId }],
    queryFn: ({ signal }) => api<AgentView>('GET', `/agents/${encodeURIComponent(agentId)}`, { team, signal }),
  })
export const useAgent = (at: At & { agentId: string }) => useSuspenseQuery(agentOptions(at))

export const useCreateAgent = ({ team }: At) =>
  useWrite((body: z.input<typeof AgentCreate>) => api<AgentView>('POST', '/agents', { team, body }), AGENTS)

export const useChangeAgent = ({ team }: At) =>
  useWrite(
    ({ agentId, ...body }: { agentId: string } & z.input<typeof AgentChange>) =>
      api<AgentView>('PATCH', `/agents/${encodeURIComponent(agentId)}`, { team, body }),
    AGENTS,
  )

/** Keys of the team, or of one agent in it. */
export const keysOptions = ({ team, ...filter }: At & PageAt & { agentId?: string | undefined }) =>
  queryOptions({
    queryKey: [...KEYS, 'list', { team, ...filter }],
    queryFn: ({ signal }) => api<Page<KeyView>>('GET', '/keys', { team, query: filter, signal }),
  })
export const useKeys = (at: At & PageAt & { agentId?: string | undefined }) => useSuspenseQuery(keysOptions(at))

/** The answer holds the secret, this once. It is never put into the query cache. */
export const useCreateKey = ({ team }: At) =>
  useWrite((body: z.input<typeof KeyCreate>) => api<NewKey>('POST', '/keys', { team, body }), KEYS, AGENTS)

export const useRotateKey = ({ team }: At) =>
  useWrite(
    ({ publicId, ...body }: { publicId: string } & z.input<typeof KeyRotate>) =>
      api<NewKey>('POST', `/keys/${encodeURIComponent(publicId)}/rotate`, { team, body }),
    KEYS,
    AGENTS,
  )

export const useRevokeKey = ({ team }: At) =>
  useWrite(
    ({ publicId }: { publicId: string }) => api<KeyView>('DELETE', `/keys/${encodeURIComponent(publicId)}`, { team }),
    KEYS,
    AGENTS,
  )
