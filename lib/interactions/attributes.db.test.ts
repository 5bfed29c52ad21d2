import { afterAll, expect, test } from 'vitest'
import { GET } from '@/app/api/v1/interactions/route'
import { closeDb } from '@/lib/core/db'
import { makeSender, testPool, type Sender } from '@/lib/ingest/testing/sender'
import { call } from '@/scripts/testing/house'
import { spansWithAttribute } from './queries'
import { InteractionsPage } from './schema'

const pool = testPool(2)
afterAll(async () => {
  await pool.end()
  await closeDb()
})

const DAY_MS = 86_400_000
const at = (daysAgo: number) => new Date(Date.now() - daysAgo * DAY_MS).toISOString()

/** One interaction of one span with these attributes. */
const sendWith = async (sender: Sender, id: string, attributes: object, startedAt = at(0)) => {
  const base = { type: 'span', kind: 'tool', name: 'x', agent: 'shop', startedAt }
  const { rejected } = await sender.send([{ ...base, id, traceId: id, interactionId: id, attributes }])
  expect(rejected).toEqual([])
}
const answer = (sender: Sender, query: string) =>
  call(GET, { path: `/api/v1/interactions?${query}`, headers: sender.key.headers })
const idsOf = async (sender: Sender, ...pairs: string[]) => {
  const query = new URLSearchParams(pairs.map((pair) => ['attribute', pair])).toString()
  const response = await answer(sender, query)
  expect(response.status).toBe(200)
  return InteractionsPage.parse(await response.json())
    .items.map(({ id }) => id)
    .toSorted()
}

test('interactions are found by an attribute of any of their spans: text, numbers, booleans and lists', async () => {
  const sender = await makeSender()
  await sendWith(sender, 'gold', { 'shop.plan': 'gold', 'basket.size': 3, 'is.vip': true })
  await sendWith(sender, 'silver', { 'shop.plan': 'silver', 'basket.size': '3', tags: ['new', 'web'] })
  await sendWith(sender, 'colon', { 'genkit:metadata:subtype': 'flow', link: 'https://example.com:80/a' })
  expect(await idsOf(sender, 'shop.plan:gold')).toEqual(['gold'])
  expect(await idsOf(sender, 'basket.size:3')).toEqual(['gold', 'silver'])
  expect(await idsOf(sender, 'is.vip:true')).toEqual(['gold'])
  expect(await idsOf(sender, 'tags:web')).toEqual(['silver'])
  expect(await idsOf(sender, 'genkit:metadata:subtype:flow')).toEqual(['colon'])
  expect(await idsOf(sender, 'link:https://example.com:80/a')).toEqual(['colon'])
  expect(await idsOf(sender, 'shop.plan:gol')).toEqual([])
  expect(await idsOf(sender, 'shop.plan:gold', 'basket.size:3')).toEqual(['gold'])
  expect(await idsOf(sender, 'shop.plan:gold', 'tags:web')).toEqual([])
})

test('another team finds nothing of it', async () => {
  const [mine, other] = [await makeSender(), await makeSender()]
  await sendWith(mine, 'mine', { 'shop.plan': 'gold' })
  expect(await idsOf(other, 'shop.plan:gold')).toEqual([])
})

test('without a range the last 31 days are looked at, with one its days', async () => {
  const sender = await makeSender()
  await sendWith(sender, 'old', { plan: 'a' }, at(35))
  await sendWith(sender, 'new', { plan: 'a' }, at(1))
  expect(await idsOf(sender, 'plan:a')).toEqual(['new'])
  const page = InteractionsPage.parse(
    await (await answer(sender, `attribute=plan:a&from=${at(40)}&to=${at(30)}`)).json(),
  )
  expect(page.items.map(({ id }) => id)).toEqual(['old'])
})

test.each(['attribute=plan', 'attribute=:a', 'attribute=a:b&attribute=a:c&attribute=a:d&attribute=a:e'])(
  '%s is refused with its name',
  async (query) => {
    const sender = await makeSender()
    const response = await answer(sender, query)
    expect(response.status).toBe(400)
    expect(JSON.stringify(await response.json())).toContain('attribute')
  },
)

test('a rare attribute is read through its index, in the partitions of the days asked for', async () => {
  const sender = await makeSender()
  await sendWith(sender, 'first', { 'shop.order': 'A-1' }, at(1))
  await sendWith(sender, 'second', { 'shop.order': 'A-1' }, at(0))
  await sendWith(sender, 'third', { 'shop.order': 'A-1' }, at(3))
  // As many payloads as make a planner think, without the hours of sending them.
  await pool.query(
    `INSERT INTO span_payload (team_id, day, trace_id, span_id, attributes, received_at)
     SELECT $1, p.day, 'filler' || n, 's', jsonb_build_object('shop.order', 'B-' || n), now()
     FROM (SELECT DISTINCT day FROM span_payload WHERE team_id = $1) p, generate_series(1, 20000) n`,
    [sender.team.id],
  )
  const owner = testPool(1, process.env['DATABASE_OWNER_URL'])
  await owner.query('VACUUM (ANALYZE) span_payload') // what autovacuum does a minute later
  await owner.end()
  const day = (daysAgo: number) => at(daysAgo).slice(0, 10)
  const { text, values } = spansWithAttribute(sender.team.id, [day(1), day(0)], 'shop.order:A-1')
  const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values)
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
  const partitions = [...plan.matchAll(/Scan on (span_payload_\d+_\d+) /g)].map((match) => match[1])
  expect(partitions).toHaveLength(2)
  expect(plan).toMatch(/Bitmap Index Scan on span_payload_\d+_\d+_attributes_idx/)
  expect(plan).not.toMatch(/Seq Scan on span_payload/)
  expect(await idsOf(sender, 'shop.order:A-1')).toEqual(['first', 'second', 'third'])
  const wide = await answer(sender, 'attribute=shop.order:A-1&limit=1')
  expect(InteractionsPage.parse(await wide.json()).nextCursor).not.toBeNull()
})

test('an attribute that more than 20,000 spans have is refused with what to do, never answered in part', async () => {
  const sender = await makeSender()
  await sendWith(sender, 'one', { env: 'test' })
  await pool.query(
    `INSERT INTO span_payload (team_id, day, trace_id, span_id, attributes, received_at)
     SELECT $1, day, 'one', 'one-' || n, attributes, now() FROM span_payload, generate_series(1, 20001) n WHERE team_id = $1`,
    [sender.team.id],
  )
  await pool.query(
    `INSERT INTO span (team_id, day, trace_id, span_id, kind, name, status, started_at, received_at, top, sub_model, sub_priced, under_priced, cut, flags)
     SELECT team_id, day, trace_id, span_id || '-' || n, kind, name, status, started_at, received_at, top, sub_model, sub_priced, under_priced, cut, flags
     FROM span, generate_series(1, 20001) n WHERE team_id = $1`,
    [sender.team.id],
  )
  const response = await answer(sender, 'attribute=env:test')
  expect(response.status).toBe(400)
  expect(JSON.stringify(await response.json())).toContain('Shorten the range')
})
