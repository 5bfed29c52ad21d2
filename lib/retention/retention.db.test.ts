import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PLATFORM } from '@/lib/core/context'
import { pool } from '@/lib/core/db'
import { dayOf, fromDate } from '@/lib/core/micros'
import { commitItems } from '@/lib/ingest/commit'
import { normaliser } from '@/lib/ingest/normalise'
import { eraseUser } from '@/lib/interactions/commands'
import { applyRetention } from '@/lib/retention/apply'
import { recount } from '@/lib/metrics/recount'
import { setRetention } from '@/lib/retention/commands'
import { auditOf, makeTeam, systemCtx } from '@/scripts/testing/house'

const DAY_MS = 86_400_000
let owner: pg.Pool
beforeAll(() => {
  owner = new pg.Pool({ connectionString: process.env.DATABASE_OWNER_URL ?? process.env.DATABASE_URL })
})
afterAll(() => owner.end())

const settings = {
  redaction: {},
  redactionSalt: new Uint8Array(16),
  hashUserIds: false,
  payloadMaxBytes: 4_194_304,
  ingestPerMinute: null,
  traceInteractionAgents: [],
}
const store = async (teamId: string, now: Date, events: unknown[]) => {
  const normalise = normaliser({ agentName: null, environment: 'test', team: settings, nowUs: fromDate(now) })
  const items = events.map((event) => normalise(event, false).item).filter((item) => item !== undefined)
  expect(items).toHaveLength(events.length)
  return commitItems(pool(), teamId, items, now)
}
const conversation = (id: string, startedAt: string, userId = 'kim@example.org') => [
  { type: 'interaction', id, agent: 'support', userId, startedAt },
  {
    type: 'span',
    id: 's1',
    traceId: `t-${id}`,
    interactionId: id,
    kind: 'llm',
    name: 'chat',
    model: 'gpt-4o',
    startedAt,
    endedAt: startedAt,
    statusMessage: `asked by ${userId}`,
    usage: { inputTokens: 1000, outputTokens: 100 },
    input: `my address is ${userId}`,
    output: 'hello',
  },
  { type: 'outcome', interactionId: id, result: 'resolved', reason: `${userId} was happy`, at: startedAt },
]
const count = async (text: string, values: unknown[] = []): Promise<number> =>
  Number((await pool().query<{ n: string }>(`SELECT count(*)::text AS n FROM ${text}`, values)).rows[0]?.n)

describe('retention', () => {
  it('counts from arrival: nothing goes because its dates are old, all goes when its arrival is', async () => {
    const team = await makeTeam()
    const now = new Date()
    await store(team.id, now, conversation('old-dates', '2019-05-05T10:00:00Z'))
    expect(await applyRetention(owner, now)).toEqual({ partitions: [], traces: 0, interactions: 0 })

    await setRetention(systemCtx(PLATFORM), { payloadDays: 10, spanDays: 30, auditBodyDays: null })
    expect((await applyRetention(owner, new Date(now.getTime() + 9 * DAY_MS))).partitions).toEqual([])
    expect((await applyRetention(owner, new Date(now.getTime() + 11 * DAY_MS))).partitions).toEqual([
      'span_payload_20190101_20200101',
    ])
    expect(await count('span WHERE team_id = $1', [team.id])).toBe(1)
    const last = await applyRetention(owner, new Date(now.getTime() + 31 * DAY_MS))
    expect(last).toEqual({ partitions: ['span_20190101_20200101'], traces: 1, interactions: 1 })
    expect(await count('interaction WHERE team_id = $1', [team.id])).toBe(0)
    expect(await count('rollup_cohort WHERE team_id = $1', [team.id])).toBeGreaterThan(0)
    await setRetention(systemCtx(PLATFORM), { payloadDays: null, spanDays: null, auditBodyDays: null })
    expect(await auditOf(PLATFORM, 'retention')).toHaveLength(2)

    // A day whose partition went is made again for what comes now.
    await store(team.id, now, conversation('again', '2019-05-05T10:00:00Z'))
    expect(await count('span WHERE team_id = $1', [team.id])).toBe(1)
  })

  it('keeps what was changed lately, whenever it first came', async () => {
    const team = await makeTeam()
    const now = new Date()
    const later = (days: number): Date => new Date(now.getTime() + days * DAY_MS)
    await store(team.id, now, [
      { type: 'interaction', id: 'open', agent: 'support', startedAt: '2020-05-05T10:00:00Z' },
    ])
    await store(team.id, later(29), [{ type: 'outcome', interactionId: 'open', result: 'resolved' }])
    await setRetention(systemCtx(PLATFORM), { payloadDays: null, spanDays: 30, auditBodyDays: null })
    await applyRetention(owner, later(31))
    expect(await count('interaction WHERE team_id = $1', [team.id])).toBe(1)
    await applyRetention(owner, later(60))
    expect(await count('interaction WHERE team_id = $1', [team.id])).toBe(0)
    await setRetention(systemCtx(PLATFORM), { payloadDays: null, spanDays: null, auditBodyDays: null })
  })

  it('never drops what arrives while it looks: the writer is waited for, and its row keeps the partition', async () => {
    const team = await makeTeam()
    const now = new Date()
    await store(team.id, now, conversation('first', '2018-05-05T10:00:00Z'))
    const writer = await owner.connect()
    try {
      await writer.query('BEGIN')
      await writer.query(
        `INSERT INTO span SELECT (json_populate_record(s, json_build_object('span_id', 'late', 'received_at', $2::text))).*
         FROM span s WHERE s.team_id = $1 AND s.day = '2018-05-05'`,
        [team.id, new Date(now.getTime() + 40 * DAY_MS).toISOString()],
      )
      const dropping = owner.query("SELECT drop_expired_span_partition('span', $1) AS name", [
        new Date(now.getTime() + 31 * DAY_MS),
      ])
      const waiting = async (): Promise<number> =>
        count("pg_locks WHERE NOT granted AND mode IN ('ShareLock', 'AccessExclusiveLock')")
      await expect.poll(waiting).toBeGreaterThan(0)
      await writer.query('COMMIT')
      expect((await dropping).rows).toEqual([{ name: null }])
      expect(await count('span WHERE team_id = $1', [team.id])).toBe(2)
    } finally {
      writer.release()
    }
  })

  it('takes new spans of a trace whose earlier days are gone', async () => {
    const team = await makeTeam()
    const now = new Date()
    const call = (id: string, startedAt: string, parentId?: string, kind = 'llm') => ({
      type: 'span',
      id,
      traceId: 'long',
      kind,
      name: 'step',
      model: 'gpt-4o',
      startedAt,
      ...(parentId ? { parentId } : {}),
      ...(kind === 'llm' ? { usage: { inputTokens: 1000, outputTokens: 100 } } : {}),
    })
    await store(team.id, now, [
      call('outer', '2015-12-31T23:59:00Z'),
      call('step', '2016-01-01T00:01:00Z', 'outer', 'agent'),
    ])
    await owner.query("UPDATE span SET received_at = received_at - interval '2 days' WHERE day = '2015-12-31'")
    await owner.query("SELECT drop_expired_span_partition('span', $1)", [new Date(now.getTime() - DAY_MS)])
    expect(await count('span WHERE team_id = $1', [team.id])).toBe(1)
    expect(await store(team.id, now, [call('inner', '2016-01-01T00:02:00Z', 'step')])).toEqual(['stored'])
    expect(await store(team.id, now, [call('deeper', '2016-01-01T00:02:00Z', 'inner')])).toEqual(['stored'])
  })

  it('drops months of audit texts past their days, each with its entry; entries stay', async () => {
    await owner.query("SELECT ensure_audit_partition('2022-03-05')")
    await setRetention(systemCtx(PLATFORM), { payloadDays: null, spanDays: null, auditBodyDays: 400 })
    const entries = await count('audit_entry')
    expect((await applyRetention(owner, new Date())).partitions).toEqual(['audit_body_2022_03'])
    expect(await auditOf(PLATFORM, 'audit_body_2022_03')).toMatchObject([{ kind: 'audit.partition.drop' }])
    expect(await count('audit_entry')).toBe(entries + 1)
    expect((await applyRetention(owner, new Date())).partitions).toEqual([])
    await setRetention(systemCtx(PLATFORM), { payloadDays: null, spanDays: null, auditBodyDays: null })
  })

  it('is the owner’s alone: the application cannot drop a partition', async () => {
    const { rows } = await pool().query<{ one: boolean }>(
      "SELECT pg_get_userbyid(relowner) = current_user AS one FROM pg_class WHERE oid = 'span'::regclass",
    )
    if (rows[0]?.one) return // one plain role is its own owner
    for (const call of ["drop_expired_span_partition('span', now())", "drop_audit_partition('2022-03-05', 'x')"]) {
      await expect(pool().query(`SELECT ${call}`)).rejects.toMatchObject({ code: '42501' })
    }
  })
})

describe('erasing a user', () => {
  it('takes out what was said, keeps what was counted, under a second for one of many (known-bugs S3)', async () => {
    const team = await makeTeam()
    const now = new Date()
    const at = `${dayOf(fromDate(now) - 2 * 86_400_000_000)}T10:00:00Z`
    await store(team.id, now, [
      ...conversation('mine', at),
      ...conversation('other', at, 'lee'),
      ...Array.from({ length: 500 }, (_, i) => conversation(`x${i}`, at, `user-${i}`)).flat(),
    ])
    const sums = async () =>
      (
        await pool().query(
          'SELECT sum(cost_nano_usd)::text AS cost, sum(interactions)::text AS n FROM rollup_cohort WHERE team_id = $1',
          [team.id],
        )
      ).rows
    const before = await sums()
    const started = performance.now()
    expect(await eraseUser(systemCtx(team.id), { userId: 'kim@example.org' })).toEqual({
      interactions: 1,
      payloads: 1,
      more: false,
    })
    expect(performance.now() - started).toBeLessThan(1_000)
    expect(await sums()).toEqual(before)
    // Sent again, or told late, it stays out.
    await store(team.id, now, [...conversation('mine', at), { ...conversation('mine', at)[2], at: now.toISOString() }])
    expect(await sums()).toEqual(before)
    for (const table of ['span', 'span_payload', 'interaction', 'user_day', 'score', 'turn']) {
      expect(await count(`${table} x WHERE team_id = $1 AND x::text LIKE '%kim%'`, [team.id])).toBe(0)
    }
    const days = (await recount(pool())).find(({ table }) => table === 'user_day')
    expect(days?.mismatches.filter(({ key }) => key.startsWith(team.id))).toEqual([])
    expect(await count('span_payload WHERE team_id = $1', [team.id])).toBe(501)
    expect(await count('user_day WHERE team_id = $1', [team.id])).toBe(502)
    await expect(eraseUser(systemCtx(team.id), { userId: 'kim@example.org' })).rejects.toMatchObject({
      code: 'not_found',
    })
  })
})
