import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { POST } from '@/app/api/v1/events/route'
import { GET as getSpan } from '@/app/api/v1/spans/[id]/route'
import { EventsAnswer } from '@/lib/ingest/schema'
import { makeSender, testPool } from '@/lib/ingest/testing/sender'
import { SpanDetail } from '@/lib/interactions/schema'

const pool = testPool(2)
afterAll(() => pool.end())

const span = (id: string, over: Record<string, unknown> = {}) => ({
  type: 'span',
  id,
  traceId: 't1',
  kind: 'llm',
  name: 'chat',
  model: 'gpt-4o',
  startedAt: '2026-03-01T10:00:01Z',
  usage: { inputTokens: 1000, outputTokens: 100 },
  ...over,
})

describe('bodies as senders spell them', () => {
  const one = JSON.stringify(span('s1'))
  const two = JSON.stringify(span('s2'))
  it.each([
    ['NDJSON with CRLF and blank lines', `${one}\r\n\r\n${two}\r\n`, { 'content-type': 'application/x-ndjson' }, 2],
    ['JSON with a byte order mark', `\uFEFF{"events":[${one}]}`, {}, 1],
    ['parameters of the type', `{"events":[${one}]}`, { 'content-type': 'Application/JSON; charset=utf-8' }, 1],
    ['no events', '{"events":[]}', {}, 0],
    ['nothing', '', {}, 0],
    ['gzip', gzipSync(`{"events":[${one}]}`), { 'content-encoding': 'gzip' }, 1],
    [
      'two gzip members',
      Buffer.concat([gzipSync('{"events":['), gzipSync(`${one}]}`)]),
      { 'content-encoding': 'gzip' },
      1,
    ],
  ])('%s', async (_, body, headers, accepted) => {
    const response = await (await makeSender()).post(body, headers)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ accepted, duplicates: 0, rejected: [] })
  })

  it('refuses what follows a gzip body, and takes x-api-key', async () => {
    const { post, key } = await makeSender()
    const rubbish = Buffer.concat([gzipSync(`{"events":[${one}]}`), Buffer.from('rubbish')])
    expect([200, 400]).toContain((await post(rubbish, { 'content-encoding': 'gzip' })).status)
    const body = `{"events":[${one}]}`
    const headers = { 'x-api-key': key.text, 'content-type': 'application/json' }
    const request = new Request('http://127.0.0.1/api/v1/events', { method: 'POST', headers, body })
    expect((await POST(request, { params: Promise.resolve({}) })).status).toBe(200)
  })
})

it.each(['01.5', '00', '-1', '1e3', '1000000', '0.0000000000000000001', ' 1', ''])(
  'money spelled "%s" rejects its item and no other',
  async (costUsd) => {
    const { send } = await makeSender()
    const answer = await send([
      span('bad', { costUsd }),
      { type: 'outcome', interactionId: 'i1', result: 'unresolved', badOutcomeCostUsd: costUsd },
      span('good', { costUsd: '999999.999999999499999999' }),
    ])
    expect(answer.accepted).toBe(1)
    expect(answer.rejected).toMatchObject([
      { index: 0, code: 'bad_request', path: 'costUsd' },
      { index: 1, code: 'bad_request', path: 'badOutcomeCostUsd' },
    ])
  },
)

it('counts as duplicate what changes nothing, also in one request', async () => {
  const { send } = await makeSender()
  const score = { type: 'score', interactionId: 'i1', name: 'tone', value: 1, source: 'model' }
  const events = [span('s1', { input: 'hi' }), span('s1', { input: 'hi' }), span('s1', { output: 'ho' }), score, score]
  expect(await send(events)).toEqual({ accepted: 5, duplicates: 2, rejected: [] })
  expect(await send(events)).toEqual({ accepted: 5, duplicates: 5, rejected: [] })
})

it('a score: the later time wins, whichever order the three came in', async () => {
  const at = (minute: number, value: number) => ({
    type: 'score',
    interactionId: 'i1',
    name: 'tone',
    value,
    source: 'human',
    at: `2026-03-01T10:0${minute}:00Z`,
  })
  const [first, same, between] = [at(1, 1), at(5, 1), at(3, 2)]
  for (const order of [
    [first, same, between],
    [between, first, same],
    [same, between, first],
  ]) {
    const { send, team } = await makeSender()
    for (const event of order) await send([event])
    const { rows } = await pool.query('SELECT value, at FROM score WHERE team_id = $1', [team.id])
    expect(rows).toEqual([{ value: 1, at: new Date('2026-03-01T10:05:00Z') }])
  }
})

it('C10: a call that had no price when it came gets none from a newer price book', async () => {
  const { send, team, metrics } = await makeSender()
  await send([span('s1', { model: 'not-in-any-book' })])
  // As an older book left it: the book of today knows the model.
  await pool.query("UPDATE span SET model = 'gpt-4o' WHERE team_id = $1", [team.id])
  await send([span('outer', { usage: undefined })])
  await send([span('s1', { model: 'not-in-any-book', parentId: 'outer' })])
  const { rows } = await pool.query("SELECT cost_state AS state FROM span WHERE team_id = $1 AND span_id = 's1'", [
    team.id,
  ])
  expect(rows).toEqual([{ state: 'unknown' }])
  expect((await metrics('from=2026-03-01T00:00&to=2026-03-02T00:00')).totals).toMatchObject({
    costUsd: null,
    llmCalls: 1,
  })
})

it('a failed call without usage cost 0 and is not billed', async () => {
  const { send, key } = await makeSender()
  EventsAnswer.parse(await send([span('s1', { usage: undefined, status: 'error' })]))
  const response = await getSpan(new Request('http://127.0.0.1/api/v1/spans/s1?traceId=t1', { headers: key.headers }), {
    params: Promise.resolve({ id: 's1' }),
  })
  expect(SpanDetail.parse(await response.json())).toMatchObject({ costUsd: '0.000000000', costState: 'not_billed' })
})
