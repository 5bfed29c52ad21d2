import 'server-only'
import type { Pool, PoolClient } from 'pg'
import { AGENT_LIMIT_MESSAGE, registerAgents } from '@/lib/agents/registration'
import { fromDate } from '@/lib/core/micros'
import { settleSameCalls } from '@/lib/ingest/dedupe'
import { ERASED_FLAG } from '@/lib/ingest/fill-rules'
import type { Item, ItemResult } from '@/lib/ingest/items'
import { moveLedger } from '@/lib/ingest/ledger'
import { ensurePartitions, forgetPartitions } from '@/lib/ingest/partitions'
import { mergePayloads, payloadKey } from '@/lib/ingest/payload-merge'
import { settleSpans, type SettledSpans } from '@/lib/ingest/settle'
import type { SpanNode } from '@/lib/ingest/span-node'
import { rememberSeries } from '@/lib/ingest/store/rollups'
import { scoredSpans, writeScores } from '@/lib/ingest/store/scores'
import {
  insertSpans,
  MAX_TRACE_DAYS,
  storedDays,
  updateSpans,
  updateTraces,
  writePayloads,
} from '@/lib/ingest/store/spans'
import { retried } from '@/lib/ingest/transaction'
import { RELEASE_LIMIT_MESSAGE, registerReleases } from '@/lib/releases/registration'

/**
 * Stores a batch of one team's items in one transaction: everything or nothing. Then settles which of its calls are one
 * call seen twice; nothing is answered before both are committed. Results are in the order of the items. Throws
 * `unavailable` when the database is away or keeps refusing.
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
  const days = allowed.flatMap(({ item }) => dayOfItem(item) ?? [])
  await ensurePartitions(pool, days)
  const done = await retried(
    pool,
    (client) =>
      apply(
        client,
        teamId,
        allowed.map(({ item }) => clone(item)),
        now,
      ),
    async (code) => {
      // 23514: a partition was dropped since this process saw it.
      if (code !== '23514') return false
      forgetPartitions()
      await ensurePartitions(pool, days)
      return true
    },
  )
  done.remember()
  await settleSameCalls(pool, teamId, done.calls, now)
  allowed.forEach(({ index }, i) => (results[index] = done.results[i] ?? 'duplicate'))
  return results
}

const dayOfItem = (item: Item): string | null =>
  item.type === 'span' ? item.node.day : item.type === 'content' ? item.payload.day : null

/** Settling changes nodes in place: a retry starts from what was sent. */
const clone = (item: Item): Item => {
  if (item.type === 'span') return { ...item, node: { ...item.node } }
  return item
}

type Applied = { results: ItemResult[]; remember: () => void; calls: SpanNode[] }

const apply = async (client: PoolClient, teamId: string, items: readonly Item[], now: Date): Promise<Applied> => {
  const nowUs = fromDate(now)
  const spanItems = items.filter((item) => item.type === 'span')
  const settled = await settleSpans(
    client,
    teamId,
    spanItems.map((item) => item.node),
    nowUs,
  )
  const calls = await writeSpans(client, teamId, settled)
  const { paid, telling } = await storePayloads(client, teamId, items, settled, nowUs)

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
      const isToldNow = paid.has(payloadKey(item.node)) && telling.has(item)
      return result === 'duplicate' && !isToldNow ? 'duplicate' : 'stored'
    }
    if (item.type === 'content') {
      return paid.has(payloadKey(item.payload)) && telling.has(item) ? 'stored' : 'duplicate'
    }
    if (item.type === 'score') {
      return scored.has(item.score.id) && latest.get(item.score.id) === item ? 'stored' : 'duplicate'
    }
    return changedItems.has(item) ? 'stored' : 'duplicate'
  })
  return { results, remember: () => rememberSeries(teamId, delta), calls }
}

/** Writes what settling made and changed. Answers the batch's own spans and every other that changed with them. */
const writeSpans = async (client: PoolClient, teamId: string, settled: SettledSpans): Promise<SpanNode[]> => {
  const created: SpanNode[] = []
  const updated: SpanNode[] = []
  for (const { graph } of settled.traces.values()) {
    for (const node of graph.changed()) (graph.created.has(node.spanId) ? created : updated).push(node)
  }
  await insertSpans(client, teamId, created)
  await updateSpans(client, teamId, settled.days, updated)
  await updateTraces(
    client,
    teamId,
    [...settled.traces.values()].filter(({ headerChanged }) => headerChanged).map(({ header }) => header),
  )
  return [...new Set([...settled.spans, ...created, ...updated])]
}

const storePayloads = async (
  client: PoolClient,
  teamId: string,
  items: readonly Item[],
  settled: SettledSpans,
  nowUs: number,
): Promise<{ paid: Set<string>; telling: Set<Item> }> => {
  const contents = items.filter((item) => item.type === 'content')
  const known = await storedDays(
    client,
    teamId,
    contents.map((item) => item.payload),
  )
  const lost = new Set<Item>()
  items
    .filter((item) => item.type === 'span')
    .forEach((item, i) => {
      if (settled.results[i] === 'too_many_days') lost.add(item)
    })
  const { payloads, telling } = mergePayloads(
    items.filter((item) => item.type === 'span' || item.type === 'content'),
    (item, payload) => {
      // A resend whose start falls on another day keeps the day of the stored span; what was erased stays so.
      const node = settled.traces.get(payload.traceId)?.graph.nodes.get(payload.spanId)
      const stored = node ?? known.get(payloadKey(payload))
      return lost.has(item) || stored?.flags.includes(ERASED_FLAG) ? null : (stored?.day ?? payload.day)
    },
  )
  const written = await writePayloads(client, teamId, payloads, nowUs)
  return { paid: new Set(written.map(payloadKey)), telling }
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
