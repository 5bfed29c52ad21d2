import 'server-only'
import type { Pool, PoolClient } from 'pg'
import { AGENT_LIMIT_MESSAGE, registerAgents } from '@/lib/agents/registration'
import { isDatabaseAway } from '@/lib/core/database-away'
import { DomainError } from '@/lib/core/errors'
import { fromDate } from '@/lib/core/micros'
import type { Item, ItemResult } from '@/lib/ingest/items'
import { ERASED_FLAG } from '@/lib/ingest/fill-rules'
import { moveLedger } from '@/lib/ingest/ledger'
import { ensurePartitions, forgetPartitions } from '@/lib/ingest/partitions'
import { settleSpans } from '@/lib/ingest/settle'
import type { SpanNode } from '@/lib/ingest/span-node'
import { rememberSeries } from '@/lib/ingest/store/rollups'
import { scoredSpans, writeScores } from '@/lib/ingest/store/scores'
import { insertSpans, MAX_TRACE_DAYS, updateSpans, updateTraces, writePayloads } from '@/lib/ingest/store/spans'
import { RELEASE_LIMIT_MESSAGE, registerReleases } from '@/lib/releases/registration'

/** Serialisation failures and deadlocks are tried again this often; then the sender is asked to come back. */
const RETRIES = 3

/**
 * Stores a batch of one team's items in one transaction: everything or nothing, and nothing is answered before the
 * commit. Results are in the order of the items. Throws `unavailable` when the database is away or keeps refusing.
 */
export const commitItems = async (
  pool: Pool,
  teamId: string,
  items: readonly Item[],
  now: Date,
): Promise<ItemResult[]> => {
  const results: ItemResult[] = items.map(() => 'duplicate')
  const allowed = await register(pool, teamId, items, now, results)
  if (allowed.length === 0) return results
  await ensurePartitions(
    pool,
    allowed.flatMap(({ item }) => (item.type === 'span' ? [item.node.day] : [])),
  )
  for (let attempt = 1; ; attempt++) {
    try {
      const done = await transaction(
        pool,
        teamId,
        allowed.map(({ item }) => clone(item)),
        now,
      )
      allowed.forEach(({ index }, i) => (results[index] = done[i] ?? 'duplicate'))
      return results
    } catch (error) {
      const code = sqlState(error)
      // 23514: a partition was dropped since this process saw it.
      if (code === '23514') forgetPartitions()
      if (attempt <= RETRIES && (code === '40P01' || code === '40001' || code === '23514')) {
        if (code === '23514') {
          await ensurePartitions(
            pool,
            allowed.flatMap(({ item }) => (item.type === 'span' ? [item.node.day] : [])),
          )
        }
        continue
      }
      if (attempt > RETRIES || isDatabaseAway(error)) {
        throw new DomainError('unavailable', 'The data could not be stored now. Send it again.', {
          cause: error,
          retryAfterSec: 2,
        })
      }
      throw error
    }
  }
}

/** Settling changes nodes in place: a retry starts from what was sent. */
const clone = (item: Item): Item => {
  if (item.type === 'span') return { ...item, node: { ...item.node } }
  return item
}

const transaction = async (pool: Pool, teamId: string, items: readonly Item[], now: Date): Promise<ItemResult[]> => {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const { results, remember } = await apply(client, teamId, items, now)
    await client.query('COMMIT')
    client.release()
    remember()
    return results
  } catch (error) {
    await client.query('ROLLBACK').then(
      () => client.release(),
      (broken: unknown) => client.release(broken instanceof Error ? broken : true),
    )
    throw error
  }
}

const PAYLOAD_PARTS = ['input', 'output', 'attributes'] as const

const apply = async (
  client: PoolClient,
  teamId: string,
  items: readonly Item[],
  now: Date,
): Promise<{ results: ItemResult[]; remember: () => void }> => {
  const nowUs = fromDate(now)
  const spanItems = items.filter((item) => item.type === 'span')
  const settled = await settleSpans(
    client,
    teamId,
    spanItems.map((item) => item.node),
    nowUs,
  )

  const created: SpanNode[] = []
  const updated: SpanNode[] = []
  for (const { graph } of settled.traces.values()) {
    for (const node of graph.changed()) (graph.created.has(node.spanId) ? created : updated).push(node)
  }
  await insertSpans(client, teamId, created)
  await updateSpans(client, teamId, settled.days, updated)
  // A resend whose start falls on another day keeps the day of the stored span.
  const storedOf = (item: (typeof spanItems)[number]): SpanNode | undefined =>
    settled.traces.get(item.node.traceId)?.graph.nodes.get(item.node.spanId)
  const payloads = new Map<string, NonNullable<(typeof spanItems)[number]['payload']>>()
  /** Copies whose payload says something that no earlier copy of the batch said. */
  const telling = new Set<Item>()
  spanItems.forEach((item, i) => {
    if (!item.payload || settled.results[i] === 'too_many_days' || storedOf(item)?.flags.includes(ERASED_FLAG)) return
    const key = JSON.stringify([item.node.traceId, item.node.spanId])
    const earlier = payloads.get(key)
    if (PAYLOAD_PARTS.some((part) => item.payload?.[part] != null && earlier?.[part] == null)) telling.add(item)
    payloads.set(key, {
      ...item.payload,
      day: storedOf(item)?.day ?? item.node.day,
      ...(earlier
        ? {
            input: earlier.input ?? item.payload.input,
            inputFullBytes: earlier.input === null ? item.payload.inputFullBytes : earlier.inputFullBytes,
            output: earlier.output ?? item.payload.output,
            outputFullBytes: earlier.output === null ? item.payload.outputFullBytes : earlier.outputFullBytes,
            attributes: earlier.attributes ?? item.payload.attributes,
          }
        : {}),
    })
  })
  const paid = new Set(
    (await writePayloads(client, teamId, [...payloads.values()], nowUs)).map((key) =>
      JSON.stringify([key.traceId, key.spanId]),
    ),
  )
  const changedTraces = [...settled.traces.values()].filter(
    ({ graph }) => graph.created.size > 0 || graph.mode !== graph.modeBefore,
  )
  await updateTraces(
    client,
    teamId,
    changedTraces.map(({ header }) => header),
  )

  const scoreItems = items.filter((item) => item.type === 'score')
  await scoredSpans(client, teamId, scoreItems)
  const latest = new Map(scoreItems.map((item) => [item.score.id, item]))
  for (const item of scoreItems) {
    const other = latest.get(item.score.id)
    if (other && item.score.atUs > other.score.atUs) latest.set(item.score.id, item)
  }
  const { delta, changedItems } = await moveLedger(client, teamId, settled.traces, settled.days, items, nowUs)
  const scores = [...latest.values()]
  const scored = await writeScores(
    client,
    teamId,
    scores.map(({ score }) => score),
    scores.flatMap(({ score, atGiven }) => (atGiven ? [score.id] : [])),
    nowUs,
  )

  let spanIndex = 0
  const results = items.map((item): ItemResult => {
    if (item.type === 'span') {
      const result = settled.results[spanIndex++]
      if (result === 'too_many_days') {
        return {
          code: 'limit_exceeded',
          message: `traceId: a trace may have spans on ${MAX_TRACE_DAYS} days; start a new one`,
        }
      }
      const key = JSON.stringify([item.node.traceId, item.node.spanId])
      return result === 'duplicate' && !(paid.has(key) && telling.has(item)) ? 'duplicate' : 'stored'
    }
    if (item.type === 'score') {
      return scored.has(item.score.id) && latest.get(item.score.id) === item ? 'stored' : 'duplicate'
    }
    return changedItems.has(item) ? 'stored' : 'duplicate'
  })
  return { results, remember: () => rememberSeries(teamId, delta) }
}

/** First sight of agents and releases, in short transactions of their own; items past the team's limit are rejected. */
const register = async (
  pool: Pool,
  teamId: string,
  items: readonly Item[],
  now: Date,
  results: ItemResult[],
): Promise<{ item: Item; index: number }[]> => {
  const named = items.map((item) => {
    if (item.type === 'span') return { agent: item.node.agent, release: item.node.release }
    if (item.type === 'interaction') return { agent: item.given.agent ?? null, release: item.given.release ?? null }
    return { agent: null, release: null }
  })
  const agents = new Set(named.flatMap(({ agent }) => (agent === null ? [] : [agent])))
  const { refused } = agents.size > 0 ? await registerAgents(pool, teamId, agents, now) : { refused: new Set<string>() }
  const releases = named.flatMap(({ agent, release }) =>
    agent === null || release === null || refused.has(agent) ? [] : [{ agent, name: release }],
  )
  const registered = releases.length > 0 ? await registerReleases(pool, teamId, releases, now) : undefined
  const allowed: { item: Item; index: number }[] = []
  items.forEach((item, index) => {
    const { agent = null, release = null } = named[index] ?? {}
    if (agent !== null && refused.has(agent)) results[index] = { code: 'limit_exceeded', message: AGENT_LIMIT_MESSAGE }
    else if (agent !== null && release !== null && registered?.isRefused({ agent, name: release })) {
      results[index] = { code: 'limit_exceeded', message: RELEASE_LIMIT_MESSAGE }
    } else allowed.push({ item, index })
  })
  return allowed
}

const sqlState = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
