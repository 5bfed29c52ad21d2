import { fork, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { signOut, signOutEverywhere } from '@/lib/auth/commands'
import { endSessionsOf, notifyKeyChanged, notifySessionsChanged } from '@/lib/auth/revocation'
import { platformCtx } from '@/lib/auth/session-request'
import { aKey, aPerson, aTeam, signInAs } from '@/lib/auth/testing'
import { closeLookups } from '@/lib/auth/lookups'
import { closeDb, prisma, type Tx } from '@/lib/core/db'

/** What was revoked must be refused everywhere by then. */
const WITHIN_MS = 1_000

type Process = { child: ChildProcess; url: string }
const start = async (): Promise<Process> => {
  const child = fork('lib/auth/testing-process.ts', {
    execArgv: ['--conditions=react-server', '--import', 'tsx'],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  if (!child.stdout) throw new Error('no output')
  const lines = createInterface(child.stdout)
  for await (const url of lines) return { child, url }
  throw new Error('The process ended before it listened.')
}

let processes: Process[] = []
beforeAll(async () => {
  processes = await Promise.all([start(), start()])
}, 60_000)
afterAll(async () => {
  for (const { child } of processes) child.disconnect()
  await closeLookups()
  await closeDb()
})

const statuses = (path: string, headers: Record<string, string>) =>
  Promise.all(processes.map(async ({ url }) => (await fetch(url + path, { headers })).status))

/** Both processes know the caller and hold it in memory; then both refuse it in time. */
const isRefusedEverywhere = async (path: string, headers: Record<string, string>, revoke: () => Promise<unknown>) => {
  // Once more after the first: notices of the test's own setup have then been heard.
  await vi.waitFor(async () => expect(await statuses(path, headers)).toEqual([200, 200]), 5_000)
  expect(await statuses(path, headers)).toEqual([200, 200])
  await revoke()
  const since = performance.now()
  await vi.waitFor(async () => expect(await statuses(path, headers)).toEqual([401, 401]), {
    timeout: 5_000,
    interval: 10,
  })
  expect(performance.now() - since).toBeLessThan(WITHIN_MS)
}

const inTx = (work: (tx: Tx) => Promise<unknown>) => prisma().$transaction(work)

describe('on two processes within a second', () => {
  test('a sign-out ends the sign-in', async () => {
    const login = await signInAs((await aPerson({ in: (await aTeam()).id })).id)
    await isRefusedEverywhere('/session', login.headers, () => signOut(login, new Date()))
  })

  test('signing out everywhere ends every sign-in', async () => {
    const person = await aPerson({ in: (await aTeam()).id })
    const [one, two] = [await signInAs(person.id), await signInAs(person.id)]
    const ctx = await platformCtx({ cookie: one.headers.cookie, team: undefined, requestId: 'req_test', request: null })
    await isRefusedEverywhere('/session', two.headers, () => signOutEverywhere(ctx))
    expect(await statuses('/session', one.headers)).toEqual([401, 401])
  })

  test.each(['removed', 'role changed', 'password changed'])('a person is signed out: %s', async (reason) => {
    const person = await aPerson({ in: (await aTeam()).id })
    const login = await signInAs(person.id)
    await isRefusedEverywhere('/session', login.headers, () =>
      inTx((tx) => endSessionsOf(tx, person.id, reason, new Date())),
    )
  })

  test('a new role counts without signing in again, where only the rights are announced', async () => {
    const team = await aTeam()
    const person = await aPerson({ in: team.id, role: 'VIEWER' })
    const login = await signInAs(person.id)
    const mayManage = () =>
      Promise.all(
        processes.map(async ({ url }) => {
          const body: unknown = await (await fetch(`${url}/session`, { headers: login.headers })).json()
          return JSON.stringify(body).includes('team:manage')
        }),
      )
    expect(await mayManage()).toEqual([false, false])
    await inTx(async (tx) => {
      await tx.membership.updateMany({ where: { personId: person.id }, data: { role: 'LEAD' } })
      await notifySessionsChanged(tx, person.id)
    })
    await vi.waitFor(async () => expect(await mayManage()).toEqual([true, true]), { timeout: WITHIN_MS, interval: 10 })
  })

  test('a revoked key is refused', async () => {
    const { publicId, text } = await aKey((await aTeam()).id)
    await isRefusedEverywhere('/key', { 'x-api-key': text }, () =>
      inTx(async (tx) => {
        await tx.agentKey.update({ where: { publicId }, data: { revokedAt: new Date() } })
        await notifyKeyChanged(tx, publicId)
      }),
    )
  })

  test('a revoked key is refused also while notices are lost, and after the listener came back', async () => {
    const cut = async () => {
      const admin = new pg.Client({ connectionString: process.env.DATABASE_URL })
      await admin.connect()
      await admin.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'signalbox revocation'",
      )
      await admin.end()
    }
    for (const cutFirst of [true, false]) {
      const { publicId, text } = await aKey((await aTeam()).id)
      if (cutFirst) await cut()
      await isRefusedEverywhere('/key', { 'x-api-key': text }, async () => {
        await inTx(async (tx) => {
          await tx.agentKey.update({ where: { publicId }, data: { revokedAt: new Date() } })
          if (!cutFirst) await notifyKeyChanged(tx, publicId)
        })
        if (!cutFirst) return
        await cut() // no notice was sent: losing the connection alone must put everything in doubt
      })
    }
  })
})
