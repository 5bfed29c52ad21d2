import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { closeLookups } from '@/lib/auth/lookups'
import { aTeam, aKey } from '@/lib/auth/testing'
import { closeDb, prisma } from '@/lib/core/db'

afterAll(async () => {
  await closeLookups()
  await closeDb()
})

/** What anybody may call, and why. Everything else answers 401 to a stranger. */
const OPEN: Record<string, string> = {
  'GET /health': 'load balancers have no session',
  'GET /v1/openapi.json': 'the contract is public',
  'GET /v1/setup': 'there is nobody yet who could sign in',
  'POST /v1/setup': 'needs the one-time code',
  'POST /v1/invitations/accept': 'needs the secret of the link',
  'POST /v1/invitations/preview': 'needs the secret of the link',
}

const root = fileURLToPath(new URL('./', import.meta.url))
const folders = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => /(^|\/)route\.ts$/.test(path) && !path.includes('[...nextauth]'))
  .map((path) => path.replace(/\/route\.ts$/, ''))
  .sort()

type Handler = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>
const isHandler = (value: unknown): value is Handler => typeof value === 'function'
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

const handlers = (
  await Promise.all(
    folders.map(async (folder) => {
      const module: Record<string, unknown> = await import(/* @vite-ignore */ join(root, folder, 'route.ts'))
      return METHODS.flatMap((method) => {
        const handler = module[method]
        return isHandler(handler) ? [{ name: `${method} /${folder}`, method, folder, handler }] : []
      })
    }),
  )
).flat()

const call = (of: (typeof handlers)[number], headers: Record<string, string> = {}) => {
  const ids = Object.fromEntries([...of.folder.matchAll(/\[([^\]]+)\]/g)].map((match) => [match[1] ?? '', 'none']))
  const body = of.method === 'GET' || of.method === 'DELETE' ? null : '{}'
  const init = { method: of.method, headers: { 'content-type': 'application/json', ...headers }, body }
  return of.handler(new Request(`http://127.0.0.1:3000/api/${of.folder}`, init), { params: Promise.resolve(ids) })
}

describe('U2 without a session or key', () => {
  test('U2 every route was found', () => expect(handlers.length).toBeGreaterThan(10))

  test.each(handlers.filter(({ name }) => !(name in OPEN)))('U2 $name answers 401', async (of) => {
    const response = await call(of)
    expect(response.status).toBe(401)
    // OTLP senders are answered in google.rpc.Status (wire.md 1.2): 16 is unauthenticated.
    const told = of.folder.startsWith('public/otel/') ? { code: 16 } : { error: { code: 'unauthenticated' } }
    expect(await response.json()).toMatchObject(told)
    expect(response.headers.get('x-signalbox-request-id')).toMatch(/^req_/)
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  test.each(handlers.filter(({ name }) => !(name in OPEN)))(
    'U2 $name answers 401 to a key that is not one',
    async (of) => {
      expect(
        (await call(of, { authorization: 'Bearer sbx_aaaaaaaaaaaa_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' }))
          .status,
      ).toBe(401)
    },
  )

  test.each(handlers.filter(({ name }) => name in OPEN))('U2 $name is open', async (of) => {
    expect((await call(of)).status).not.toBe(401)
  })

  test('U2 health answers 200 with a database', async () => {
    const health = handlers.find(({ name }) => name === 'GET /health')
    expect(health && (await call(health)).status).toBe(200)
  })
})

test('a key opens no route of the console, whatever its scopes', async () => {
  const team = await aTeam()
  const { text } = await aKey(team.id, ['ingest', 'read', 'authorize', 'prompts', 'releases', 'tools', 'gateway'])
  const writes = handlers.filter(
    ({ name }) =>
      /^(POST|PATCH|PUT|DELETE) \/v1\/(teams|people|keys|invitations|sessions?)(\/|$)/.test(name) && !(name in OPEN),
  )
  expect(writes.length).toBeGreaterThan(0)
  for (const of of writes)
    expect({ name: of.name, status: (await call(of, { 'x-api-key': text })).status }).toEqual({
      name: of.name,
      status: 401,
    })
  expect(await prisma().agentKey.count({ where: { teamId: team.id } })).toBe(1)
})
