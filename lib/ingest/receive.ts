import 'server-only'
import type { KeyCtx } from '@/lib/auth/caller'
import { pool } from '@/lib/core/db'
import { DomainError } from '@/lib/core/errors'
import { fromDate } from '@/lib/core/micros'
import { Batcher } from '@/lib/ingest/batcher'
import { readEvents } from '@/lib/ingest/body'
import { commitItems } from '@/lib/ingest/commit'
import type { Item, ItemResult } from '@/lib/ingest/items'
import { normaliser, type Sender } from '@/lib/ingest/normalise'
import type { EventsAnswer, Rejected } from '@/lib/ingest/schema'
import { noteSources } from '@/lib/sources/note'
import type { Road } from '@/lib/sources/schema'
import { TRACE_IS_INTERACTION } from '@/lib/ingest/trace-graph'

/** One per process; on `globalThis` so that every route bundle shares it. */
const shared = globalThis as unknown as { signalboxBatcher?: Batcher }
const batcher = (): Batcher =>
  (shared.signalboxBatcher ??= new Batcher((teamId, items) => commitItems(pool(), teamId, items, new Date())))

/**
 * `POST /api/v1/events`: read, check item by item, store in a shared commit, answer after it. Telemetry is the one write
 * outside mutation(): idempotent, unaudited, itself the record (style guide 7).
 */
export const receiveEvents = (ctx: KeyCtx, request: Request): Promise<EventsAnswer> =>
  notingRefusal(ctx, 'events', () => takeEvents(ctx, request))

const takeEvents = async (ctx: KeyCtx, request: Request): Promise<EventsAnswer> => {
  const batch = await readEvents(request)
  await takeRate(ctx, batch.items.length)
  const normalise = normaliser(senderOf(ctx))
  const rejected: Rejected[] = []
  const items: Item[] = []
  const places: number[] = []
  batch.items.forEach((raw, index) => {
    if ('unreadable' in raw) {
      rejected.push({ index, code: 'bad_request', message: raw.unreadable })
      return
    }
    const normalised = normalise(raw.value, batch.suspicious)
    if (normalised.rejected) rejected.push({ index, ...normalised.rejected })
    else {
      items.push(normalised.item)
      places.push(index)
    }
  })
  const results = await storeItems(ctx, items, batch.bytes)
  let accepted = 0
  let duplicates = 0
  results.forEach((result, i) => {
    if (typeof result === 'object') {
      const id = idOf(items[i])
      rejected.push({ index: places[i] ?? 0, ...(id === undefined ? {} : { id }), ...result })
      return
    }
    accepted += 1
    if (result === 'duplicate') duplicates += 1
  })
  noteSources(
    ctx,
    'events',
    items.flatMap((item) =>
      item.type === 'span' ? [{ node: item.node, scopeVersion: null, unknownKeys: [], dialects: [] }] : [],
    ),
    rejected.map(({ id, message }) => ({ reason: message, span: id })),
  )
  return { accepted, duplicates, rejected: rejected.sort((a, b) => a.index - b.index) }
}

/** What is wrong with whole requests is shown where their sender is looked for (Connect), not only in the sender's log. */
export const notingRefusal = async <T>(ctx: KeyCtx, road: Road, take: () => Promise<T>): Promise<T> => {
  try {
    return await take()
  } catch (error) {
    if (error instanceof DomainError && WRONG.has(error.code)) noteSources(ctx, road, [], [{ reason: error.message }])
    throw error
  }
}
const WRONG: ReadonlySet<string> = new Set(['bad_request', 'too_large', 'unsupported_media_type'])

/** Stores what a request brought, together with what others of the team bring now; answers after the commit. */
export const storeItems = (ctx: KeyCtx, items: readonly Item[], bytes: number): Promise<ItemResult[]> => {
  const agents = new Set(ctx.team.traceInteractionAgents)
  if (agents.size > 0) {
    for (const item of items) {
      if (item.type !== 'span' || item.node.agent === null || !agents.has(item.node.agent)) continue
      item.node.flags.push(TRACE_IS_INTERACTION)
    }
  }
  return batcher().submit(ctx.teamId, items, bytes)
}

/** What the maps from the wire to the ledger may know of a key. */
export const senderOf = (ctx: KeyCtx): Sender => ({
  agentName: ctx.agentName,
  environment: ctx.actor.environment,
  team: ctx.team,
  nowUs: fromDate(ctx.now),
})

const idOf = (item: Item | undefined): string | undefined =>
  item?.type === 'span' ? item.node.spanId : item?.type === 'interaction' ? item.id : undefined

/** The team's ingest rate, shared by all replicas: one conditional statement, only for teams that have a limit. */
export const takeRate = async (ctx: KeyCtx, n: number): Promise<void> => {
  const limit = ctx.team.ingestPerMinute
  if (limit === null || n === 0) return
  const { rowCount } = await pool().query(
    `INSERT INTO ingest_minute AS m (team_id, minute, used) SELECT $1, date_trunc('minute', $2::timestamptz), $3::bigint WHERE $3::bigint <= $4::bigint
     ON CONFLICT (team_id, minute) DO UPDATE SET used = m.used + excluded.used WHERE m.used + excluded.used <= $4::bigint`,
    [ctx.teamId, ctx.now, n, limit],
  )
  if (rowCount === 1) return
  throw new DomainError(
    'rate_limited',
    `This team may send ${limit} items a minute. Wait, or let a platform administrator raise it.`,
    {
      retryAfterSec: 60 - ctx.now.getUTCSeconds(),
    },
  )
}
