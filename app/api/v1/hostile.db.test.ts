import { expect, test } from 'vitest'
import { ROUTES } from '@/app/api/v1/registry'
import { METHODS } from '@/lib/http/openapi'
import type { RouteHandler } from '@/lib/http/route'
import { asPerson, makePerson, makeTeam } from '@/scripts/testing/house'

const DEEP = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`
const BODIES = [
  '',
  '{',
  'null',
  '[]',
  '"x"',
  '1e999',
  DEEP,
  `{"name":${DEEP}}`,
  '{"__proto__":{"name":"x"},"name":"\\u0000"}',
]
const TEXTS = ['%00', '%ED%A0%80', '..%2F..', 'a'.repeat(8_000), "'; DROP TABLE team; --", '%', '']
/** Cursors that decode to a list of the right length, with what no row holds. */
const CURSORS = [
  ['\u0000', 'x'],
  ['2026-02-30T00:00:00Z', 'x'],
  ['9999-12-31T23:59:59.999Z', 'x'],
  [{}, []],
  ['\u0000'],
].map((key) => Buffer.from(JSON.stringify(key)).toString('base64url'))

// Routes that end sign-ins or take other roads are about nothing hostile here.
const routes = ROUTES.filter((route) => !/session|setup|openapi|health|events/.test(route.path))

test.each(routes.map((route) => [route.path, route] as const))(
  '%s answers hostile input with a clear 4xx',
  async (_, route) => {
    const team = await makeTeam()
    const admin = await makePerson({ teamId: team.id, role: 'LEAD', platformRole: 'PLATFORM_ADMIN' })
    const headers = { ...asPerson(admin, team.slug), 'content-type': 'application/json' }
    const names = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')
    const send = async (method: string, query: string, text: string, body?: string) => {
      const handler: unknown = METHODS.flatMap((m) => (m === method ? [route.module[m]] : []))[0]
      if (typeof handler !== 'function') return
      const value = text === '%' || text === '%ED%A0%80' ? text : decodeURIComponent(text)
      const params = Object.fromEntries(names.map((name) => [name, value]))
      const url = `http://127.0.0.1:3000${route.path.replace(/\{\w+\}/g, () => text)}${query}`
      const request = new Request(url, { method, headers, ...(body === undefined ? {} : { body }) })
      const response = await (handler as RouteHandler)(request, { params: Promise.resolve(params) })
      const answer = await response.text()
      expect(response.status, `${method} ${url.slice(0, 200)} ${body?.slice(0, 60)}: ${answer}`).toBeLessThan(500)
      if (response.status >= 400) expect(answer).toContain('"message"')
    }
    for (const method of METHODS) {
      const isRead = method === 'GET' || method === 'DELETE'
      for (const text of names.length > 0 ? TEXTS : ['']) await send(method, '', text, isRead ? undefined : '{}')
      for (const body of isRead ? [] : BODIES) await send(method, '', 'x', body)
    }
    for (const cursor of CURSORS) await send('GET', `?cursor=${cursor}`, 'x')
    for (const text of TEXTS) {
      const query = new URLSearchParams({
        cursor: text,
        limit: text,
        agent: text,
        agentId: text,
        traceId: text,
        from: text,
      })
      await send('GET', `?${query.toString()}`, 'x')
      await send('GET', `?agent=${text.slice(0, 300)}&agentId=${text.slice(0, 300)}`, 'x')
      await send('GET', `?team=${text.slice(0, 300)}`, 'x')
    }
  },
)
