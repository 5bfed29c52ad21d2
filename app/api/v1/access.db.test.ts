import { beforeAll, describe, expect, test } from 'vitest'
import { GET as openApiRoute } from '@/app/api/v1/openapi.json/route'
import { ROUTES } from '@/app/api/v1/registry'
import { hashPassword } from '@/lib/auth/password'
import type { RouteHandler } from '@/lib/http/route'
import { METHODS } from '@/lib/http/openapi'
import { ACCESS, PASSWORD, ROLES, type Role, type Row, type Target } from '@/scripts/testing/access-table'
import { asPerson, call, makeKey, makePerson, makeTeam, signIn, type TestKey } from '@/scripts/testing/house'
import type { TeamView } from '@/lib/teams/schema'

type House = { own: TeamView; other: TeamView; people: Record<Role, string>; key: TestKey; foreignKey: TestKey }
let house: House
const idsOfOther = new Set<string>()

beforeAll(async () => {
  const [own, other] = [await makeTeam(), await makeTeam()]
  const passwordHash = await hashPassword(PASSWORD)
  const person = async (role: Role) => {
    const as = isAbove(role) ? { platformRole: role } : { teamId: own.id, role }
    return (await makePerson({ ...as, passwordHash })).id
  }
  const people = Object.fromEntries(await Promise.all(ROLES.map(async (role) => [role, await person(role)])))
  house = { own, other, people, key: await makeKey(own.id), foreignKey: await makeKey(other.id) }
  idsOfOther.add(other.id).add(house.foreignKey.publicId)
  for (const row of ACCESS.filter((one) => one.target && one.place === undefined)) {
    for (const id of Object.values((await row.target?.(other.id))?.params ?? {})) idsOfOther.add(id)
  }
})

const isAbove = (role: Role): role is 'PLATFORM_ADMIN' | 'AUDITOR' => role === 'PLATFORM_ADMIN' || role === 'AUDITOR'
const nameOf = (row: Row) => `${row.method} ${row.path}${row.note ? ` (${row.note})` : ''}`
const handlerOf = (row: Row): RouteHandler => {
  const module =
    row.path === '/api/v1/openapi.json' ? { GET: openApiRoute } : ROUTES.find((r) => r.path === row.path)?.module
  const handler: unknown = module?.[row.method]
  if (typeof handler !== 'function') throw new Error(`No handler for ${nameOf(row)}.`)
  return handler as RouteHandler // every route file exports handlers of this shape (registry type)
}

const send = (row: Row, headers: Record<string, string>, target: Target = { params: {} }) => {
  const path = row.path.replace(/\{(\w+)\}/g, (_, name: string) => target.params[name] ?? '')
  const query = target.query ? `?${new URLSearchParams(target.query).toString()}` : ''
  const body = row.body ? { body: row.body() } : {}
  return call(handlerOf(row), { method: row.method, path: `${path}${query}`, params: target.params, headers, ...body })
}

/** A new sign-in for each call: some routes end it. */
const as = async (role: Role, team: string = house.own.slug) => asPerson(await signIn(house.people[role]), team)

/** What must be the same for a missing thing and another team's. */
const told = async (response: Response) => {
  const text = await response.text()
  return {
    status: response.status,
    body: text.replace(/req_[0-9a-z]{22}/, 'req'),
    type: response.headers.get('content-type'),
  }
}

describe('who may do what (known-bugs U1, U2, U3)', () => {
  test('U1 the table has a row for every method of every route: add yours to scripts/testing/access-table.ts', () => {
    const rows = new Set(ACCESS.map((row) => `${row.method} ${row.path}`))
    const routes = ROUTES.flatMap((route) => METHODS.filter((m) => route.says[m]).map((m) => `${m} ${route.path}`))
    expect(routes.filter((route) => !rows.has(route))).toEqual([])
    expect([...rows].filter((row) => !routes.includes(row))).toEqual([])
  })

  test.each(ACCESS.map((row) => [nameOf(row), row] as const))('U1 %s', async (_, row) => {
    if (row.may === 'anybody') return expect([401, 403, 500]).not.toContain((await send(row, {})).status)
    const target = () => row.target?.(house.own.id)
    for (const role of ROLES) {
      const response = await send(row, await as(role), await target())
      const allowed = row.may.includes(role)
      const expected = allowed ? [200, 201, 204] : row.keyOnly ? [401] : [403]
      const text = await response.text()
      expect(expected, `${role}: ${response.status} ${text}`).toContain(response.status)
      if (row.place === undefined) for (const id of idsOfOther) expect(text).not.toContain(id)
    }
    const byKey = await send(row, house.key.headers, await target())
    const reason = `key: ${byKey.status} ${await byKey.text()}`
    if (row.key) expect(byKey.ok, reason).toBe(true)
    else expect(byKey.status, reason).toBe(401)
    const byForeign = await send(row, house.foreignKey.headers, await target())
    expect(byForeign.status).toBe(row.key ? (row.target ? 404 : byKey.status) : 401)
  })

  test.each(ACCESS.filter((row) => row.may !== 'anybody').map((row) => [nameOf(row), row] as const))(
    'U2 without a session %s answers 401',
    async (_, row) => {
      const response = await send(row, {}, await row.target?.(house.own.id))
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toBe('Bearer')
      expect(await response.json()).toMatchObject(row.otlp ? { code: 16 } : { error: { code: 'unauthenticated' } })
    },
  )

  const aboutThings = ACCESS.filter((row) => row.target && row.missing)
  test.each(aboutThings.map((row) => [nameOf(row), row] as const))(
    "U3 %s tells nobody another team's thing from a missing one",
    async (_, row) => {
      if (row.may === 'anybody') throw new Error('Open routes are about nothing of a team.')
      for (const role of ROLES) {
        if (row.place === 'team-itself' && isAbove(role)) continue // they see every team
        const [theirs, nothing] = [
          await told(await send(row, await as(role), await row.target?.(house.other.id))),
          await told(await send(row, await as(role), row.missing)),
        ]
        expect(theirs, role).toEqual(nothing)
        if (row.may.includes(role)) expect(theirs.status, role).toBe(404)
      }
      if (!row.key) return
      const theirs = await told(await send(row, house.key.headers, await row.target?.(house.other.id)))
      expect(theirs).toEqual(await told(await send(row, house.key.headers, row.missing)))
      expect(theirs.status).toBe(404)
    },
  )

  test('U3 naming another team is the same 404 as naming none that exists, on every route in a team', async () => {
    for (const row of ACCESS.filter((one) => one.may !== 'anybody' && !one.keyOnly && one.place === undefined)) {
      if (row.path.startsWith('/api/v1/session')) continue // about the person, in no team
      for (const role of ['LEAD', 'REVIEWER', 'ENGINEER', 'VIEWER'] as const) {
        const theirs = await told(await send(row, await as(role, house.other.slug), row.missing))
        const nothing = await told(await send(row, await as(role, 'no-such-team'), row.missing))
        expect(theirs, nameOf(row)).toEqual(nothing)
        expect(theirs.status, nameOf(row)).toBe(404)
      }
    }
  })

  test("U3 another team's thing is not found in the time that a missing one takes", async () => {
    const row = ACCESS.find((one) => nameOf(one) === 'GET /api/v1/releases/{releaseId}')
    if (!row) throw new Error('The row is gone.')
    const [headers, theirs] = [await as('LEAD'), await row.target?.(house.other.id)]
    const times: { theirs: number[]; missing: number[] } = { theirs: [], missing: [] }
    for (let i = 0; i < 60; i++) {
      // Taking turns, so that a busy machine slows both alike.
      for (const kind of ['theirs', 'missing'] as const) {
        const start = performance.now()
        await send(row, headers, kind === 'theirs' ? theirs : row.missing)
        times[kind].push(performance.now() - start)
      }
    }
    const median = (list: number[]) => list.toSorted((a, b) => a - b)[30] ?? 0
    expect(median(times.theirs) / median(times.missing)).toBeGreaterThan(0.5)
    expect(median(times.theirs) / median(times.missing)).toBeLessThan(2)
  })
})
