import pg from 'pg'
import { expect } from 'vitest'
import { POST } from '@/app/api/v1/events/route'
import { GET as getMetrics } from '@/app/api/v1/metrics/route'
import { EventsAnswer } from '@/lib/ingest/schema'
import { MetricsAnswer } from '@/lib/metrics/schema'
import { makeKey, makeTeam } from '@/scripts/testing/house'

export type Sender = Awaited<ReturnType<typeof makeSender>>

/** A team of its own with a key, and the real handlers called as the server would. */
export const makeSender = async () => {
  const team = await makeTeam()
  const key = await makeKey(team.id, { scopes: ['ingest', 'read'] })
  const post = (body: BodyInit, headers: Record<string, string> = {}): Promise<Response> =>
    POST(
      new Request('http://127.0.0.1/api/v1/events', {
        method: 'POST',
        headers: { ...key.headers, 'content-type': 'application/json', ...headers },
        body,
      }),
      { params: Promise.resolve({}) },
    )
  const send = async (events: readonly unknown[]): Promise<EventsAnswer> => {
    const response = await post(JSON.stringify({ events }))
    expect(response.status).toBe(200)
    return EventsAnswer.parse(await response.json())
  }
  const metrics = async (query: string): Promise<MetricsAnswer> => {
    const request = new Request(`http://127.0.0.1/api/v1/metrics?${query}`, { headers: key.headers })
    const response = await getMetrics(request, { params: Promise.resolve({}) })
    return MetricsAnswer.parse(await response.json())
  }
  return { team, key, post, send, metrics }
}

/** Connections of the test itself, to look into tables. */
export const testPool = (max = 16, connectionString = process.env['DATABASE_URL']): pg.Pool => {
  const pool = new pg.Pool({ connectionString, max })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}
