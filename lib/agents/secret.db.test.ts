import pino from 'pino'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { DELETE as revoke } from '@/app/api/v1/keys/[publicId]/route'
import { GET as listAgents } from '@/app/api/v1/agents/route'
import { GET as listKeys, POST as createKey } from '@/app/api/v1/keys/route'
import { NewKey } from '@/lib/agents/schema'
import { pool } from '@/lib/core/db'
import { log } from '@/lib/core/log'
import { anyone, defineRoute } from '@/lib/http/route'
import { asPerson, call, makePerson, makeTeam } from '@/scripts/testing/house'

/** Everything the process logs in this file, as written. */
const logged: string[] = []
const level = log.level
const written = vi.spyOn(Reflect.get(log, pino.symbols.streamSym), 'write')
beforeAll(() => {
  log.level = 'debug'
  written.mockImplementation((line: unknown) => logged.push(String(line)) > 0)
})
afterAll(() => {
  log.level = level
  written.mockRestore()
})

/** Every row of every table, as text. */
const wholeDatabase = async (): Promise<string> => {
  const { rows: tables } = await pool().query<{ name: string }>(
    // Partitions are read through their parent, as the application must.
    `SELECT oid::regclass::text AS name FROM pg_class
     WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace`,
  )
  const texts = await Promise.all(
    tables.map(({ name }) => pool().query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)),
  )
  return texts.flatMap(({ rows }) => rows.map(({ row }) => row)).join('\n')
}

describe("a key's secret", () => {
  test('stands in the answer that makes the key and in no later answer, log, table or error', async () => {
    const team = await makeTeam()
    const lead = asPerson(await makePerson({ teamId: team.id, role: 'LEAD' }), team.slug)
    const body = { name: 'k', scopes: ['read'], environment: 'production' }
    const made = await call(createKey, { method: 'POST', path: '/api/v1/keys', headers: lead, body })
    const { key, secret: shown } = NewKey.parse(await made.json())
    const secret = shown.slice(-43)
    const texts: string[] = []
    const headers = { authorization: `Bearer ${shown}` }
    const answers = [
      call(listKeys, { path: '/api/v1/keys', headers: lead }),
      call(listAgents, { path: '/api/v1/agents', headers }),
      // Wrong by its last character, sent where no key belongs, and asked for by its whole text.
      call(listAgents, { path: '/api/v1/agents', headers: { authorization: `Bearer ${shown.slice(0, -1)}-` } }),
      call(listAgents, { path: `/api/v1/agents?cursor=${shown}`, headers }),
      call(listKeys, { path: `/api/v1/keys?agentId=${shown}`, headers: lead }),
      call(revoke, { method: 'DELETE', path: `/api/v1/keys/${shown}`, params: { publicId: shown }, headers: lead }),
    ]
    for (const answer of await Promise.all(answers))
      texts.push(await answer.text(), JSON.stringify([...answer.headers]))
    await call(revoke, { method: 'DELETE', path: '/', params: { publicId: key.publicId }, headers: lead })
    texts.push(await (await call(listAgents, { path: '/api/v1/agents', headers })).text(), await wholeDatabase())
    for (const text of [...texts, ...logged]) expect(text).not.toContain(secret)
  })

  test('is cut from what a failing route logs: message, stack, cause and path', async () => {
    const shown = `sbx_abcdefghijkl_${'S3cretS3cret'.repeat(3)}AAAAAAA`
    const failing = defineRoute({
      auth: anyone,
      output: undefined,
      handler: async () => {
        throw new Error(`could not use ${shown}`, { cause: new Error(`refused: ${shown}`) })
      },
    })
    const before = logged.length
    const response = await call(failing, { path: `/api/v1/keys/${shown}` })
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('S3cret')
    const lines = logged.slice(before).join('')
    expect(lines).toContain('sbx_abcdefghijkl_…')
    expect(lines).not.toContain('S3cret')
  })
})
