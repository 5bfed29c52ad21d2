import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { POST } from '@/app/api/public/otel/v1/traces/route'
import { jsonBody, protobufBody, type OtlpBody, type TraceRequest } from '@/lib/ingest/testing/otlp-bodies'
import { payloads, type Payload } from '@/lib/ingest/testing/payloads'
import { makeSender, testPool, type Sender } from '@/lib/ingest/testing/sender'
import { describeWithSharedData } from '@/scripts/testing/shared-data'

// Issue 3, Shown 1: what the published requests come to in the database, in either encoding and order.

const pool = testPool(2)
afterAll(() => pool.end())

const send = async (
  headers: Record<string, string>,
  { contentType, body }: OtlpBody,
  isZipped = false,
): Promise<void> => {
  const response = await POST(
    new Request('http://127.0.0.1/v1/traces', {
      method: 'POST',
      headers: { ...headers, 'content-type': contentType, ...(isZipped && { 'content-encoding': 'gzip' }) },
      body: (isZipped ? gzipSync(body) : body) as BodyInit, // bytes
    }),
    { params: Promise.resolve({}) },
  )
  expect(response.status).toBe(200)
  expect(['', '{}'], 'nothing was rejected').toContain(await response.text())
}

type Totals = Record<string, number | null>

const totalsOf = async (teamId: string): Promise<Totals> =>
  numbers(
    `SELECT count(*) AS spans, count(DISTINCT trace_id) AS traces,
       count(*) FILTER (WHERE kind = 'tool') AS tools, count(*) FILTER (WHERE status = 'error') AS errors,
       count(*) FILTER (WHERE cost_state IN ('computed', 'reported')) AS calls,
       sum(cost_nano_usd) FILTER (WHERE cost_state IN ('computed', 'reported')) AS cost,
       sum(input_tokens) FILTER (WHERE cost_state IN ('computed', 'reported')) AS input,
       sum(output_tokens) FILTER (WHERE cost_state IN ('computed', 'reported')) AS output,
       sum(cache_read_tokens) FILTER (WHERE cost_state IN ('computed', 'reported')) AS cache_read,
       sum(cache_write_tokens) FILTER (WHERE cost_state IN ('computed', 'reported')) AS cache_write,
       sum(reasoning_tokens) FILTER (WHERE cost_state IN ('computed', 'reported')) AS reasoning
     FROM span WHERE team_id = $1`,
    teamId,
  )

/** What the bill of the team adds up to: wrapper spans add nothing there either. */
const billOf = async (teamId: string): Promise<Totals> =>
  numbers(
    `SELECT sum(llm_calls) AS calls, sum(unknown_cost_calls) AS unknown, sum(cost_nano_usd) AS cost,
       sum(input_tokens) AS input, sum(output_tokens) AS output
     FROM rollup_spend WHERE team_id = $1`,
    teamId,
  )

const numbers = async (sql: string, teamId: string): Promise<Totals> => {
  const { rows } = await pool.query<Record<string, string | null>>(sql, [teamId])
  const entries = Object.entries(rows[0] ?? {})
  return Object.fromEntries(entries.map(([key, value]) => [key, value === null ? null : Number(value)]))
}

const wantedOf = ({ expected }: Payload): Totals => ({
  spans: expected.spans,
  traces: expected.traces,
  tools: expected.toolSpans,
  errors: expected.errorSpans,
  calls: expected.leafModelCalls,
  cost: expected.costNanoUsd,
  input: expected.inputTokens,
  output: expected.outputTokens,
  cache_read: expected.cacheReadTokens,
  cache_write: expected.cacheWriteTokens,
  reasoning: expected.reasoningTokens,
})

const requestOf = (payload: Payload): TraceRequest => JSON.parse(Buffer.from(payload.body).toString()) as TraceRequest // files of real OTLP senders

/** The same spans the other way round, at each level. */
const reversed = (request: TraceRequest): TraceRequest => ({
  resourceSpans: request.resourceSpans.toReversed().map((resource) => ({
    ...resource,
    scopeSpans: resource.scopeSpans.toReversed().map((scope) => ({ ...scope, spans: scope.spans.toReversed() })),
  })),
})

const keyHeaders = ({ key }: Sender): Record<string, string>[] => [
  { authorization: `Bearer ${key.text}` },
  { 'x-api-key': key.text },
  { authorization: `Basic ${Buffer.from(`anybody:${key.text}`).toString('base64')}` },
]

describeWithSharedData('published OTLP requests', () => {
  test.each(payloads())(
    'I1 I10 $file: calls, tokens and cost; sent again in the other encoding and order, nothing changes',
    async (payload) => {
      const sender = await makeSender()
      const [bearer = {}, apiKey = {}, basic = {}] = keyHeaders(sender)
      await send(bearer, { contentType: 'application/json; charset=utf-8', body: payload.body })
      const once = await totalsOf(sender.team.id)
      expect(once).toEqual(wantedOf(payload))
      const { calls, cost, input, output } = once
      expect(await billOf(sender.team.id)).toEqual({ calls, cost, input, output, unknown: 0 })

      await send(apiKey, protobufBody(reversed(requestOf(payload))), true)
      await send(basic, jsonBody(reversed(requestOf(payload))))
      expect(await totalsOf(sender.team.id)).toEqual(once)
      expect(await billOf(sender.team.id)).toEqual({ calls, cost, input, output, unknown: 0 })
    },
  )

  test.each(payloads())('I1 $file: protobuf first, JSON after it, the same', async (payload) => {
    const sender = await makeSender()
    const [bearer = {}] = keyHeaders(sender)
    await send(bearer, protobufBody(reversed(requestOf(payload))))
    await send(bearer, { contentType: 'application/json', body: payload.body }, true)
    expect(await totalsOf(sender.team.id)).toEqual(wantedOf(payload))
  })

  test('I10 two files of the same two spans count as one', async () => {
    const sender = await makeSender()
    const [bearer = {}] = keyHeaders(sender)
    const both = payloads().filter(({ file }) => file.startsWith('pydantic-ai'))
    expect(both).toHaveLength(2)
    for (const { body } of both) await send(bearer, { contentType: 'application/json', body })
    for (const payload of both) expect(await totalsOf(sender.team.id)).toEqual(wantedOf(payload))
  })

  test('what a request says of user, outcome and texts is stored with its spans', async () => {
    const sender = await makeSender()
    const [bearer = {}] = keyHeaders(sender)
    const payload = payloads().find(({ file }) => file.startsWith('001-')) ?? raise()
    await send(bearer, { contentType: 'application/json', body: payload.body })
    const { rows } = await pool.query<Record<string, unknown>>(
      `SELECT DISTINCT interaction_id, user_id, prompt_version, agent, release, environment, workflow
       FROM span WHERE team_id = $1`,
      [sender.team.id],
    )
    const { expected } = payload
    expect(rows).toEqual([
      {
        interaction_id: expected.interactionId,
        user_id: expected.userId,
        prompt_version: expected.promptVersion,
        agent: expected.serviceName,
        release: expected.serviceVersion,
        environment: expected.environment,
        workflow: 'support-chat',
      },
    ])
  })
})

const raise = (): never => {
  throw new Error('The capture is missing.')
}
