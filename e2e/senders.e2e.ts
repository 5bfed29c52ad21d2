import { gzipSync } from 'node:zlib'
import { type APIRequestContext } from '@playwright/test'
import { expect, post, test, unique, type Team } from './fixtures'

const MIB = 1024 * 1024

const keyOf = async (api: APIRequestContext, team: Team): Promise<string> => {
  const input = { name: unique('key'), scopes: ['ingest', 'read'], environment: 'production' }
  return (await post<{ secret: string }>(api, '/api/v1/keys', input, team.slug)).secret
}

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } })
/** Spans of one trace whose bodies are together `bytes` large; the last one says what was before it. */
const traces = (traceId: string, bytes: number): string => {
  const spans = Array.from({ length: 10 }, (_, n) => ({
    traceId,
    spanId: (n + 1).toString(16).padStart(16, '0'),
    name: `step ${n}`,
    startTimeUnixNano: String(BigInt(Date.now() - 60_000) * 1_000_000n),
    attributes: [text('session.id', `case-${traceId}`), text('input.value', 'x'.repeat(bytes / 10))],
  }))
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] })
}

test('bodies of 15 MiB arrive whole on every path that senders have built in', async ({ api, team, request }) => {
  const key = await keyOf(api, team)
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  for (const [n, path] of ['/v1/traces', '/api/public/otel/v1/traces'].entries()) {
    const traceId = `cc${n}`.padEnd(32, '0')
    const response = await request.post(path, { headers, data: traces(traceId, 15 * MIB) })
    expect([path, response.status(), await response.text()]).toEqual([path, 200, '{}'])
    const stored = await request.get(`/api/v1/interactions/case-${traceId}`, { headers })
    expect((await stored.text()).match(/"step \d"/g) ?? []).toHaveLength(10)
  }
  for (const path of ['/v1/logs', '/v1/metrics', '/api/public/otel/v1/logs', '/api/public/otel/v1/metrics']) {
    const response = await request.post(path, { headers, data: `{"unknown": "${'x'.repeat(15 * MIB)}"}` })
    expect([path, response.status(), await response.text()]).toEqual([path, 200, '{}'])
  }
  const agents = await request.post('/v1/traces/ingest', {
    headers,
    data: `{"data": [], "x": "${'x'.repeat(15 * MIB)}"}`,
  })
  expect([agents.status(), await agents.json()]).toEqual([200, { accepted: 0, rejected: [] }])
  const events = await request.post('/api/v1/events', {
    headers,
    data: `{"events": [], "x": "${'x'.repeat(15 * MIB)}"}`,
  })
  expect([events.status(), await events.json()]).toEqual([200, { accepted: 0, duplicates: 0, rejected: [] }])
})

test('17 MiB are too many, and an unknown key is told so in the protocol’s own words', async ({
  api,
  team,
  request,
}) => {
  const key = await keyOf(api, team)
  const headers = { authorization: `Basic ${btoa(`any:${key}`)}`, 'content-type': 'application/json' }
  const large = await request.post('/v1/traces', { headers, data: traces('dd'.padEnd(32, '0'), 17 * MIB) })
  expect([large.status(), await large.json()]).toMatchObject([413, { code: 8 }])
  const packed = await request.post('/v1/traces', {
    headers: { ...headers, 'content-encoding': 'gzip' },
    data: gzipSync(traces('dd'.padEnd(32, '0'), 17 * MIB)),
  })
  expect(packed.status()).toBe(200)
  const unknown = await request.post('/v1/traces', {
    headers: { ...headers, authorization: 'Bearer sbx_x' },
    data: '{}',
  })
  expect([unknown.status(), await unknown.json()]).toMatchObject([401, { code: 16 }])
})
