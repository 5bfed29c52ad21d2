import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
// @ts-expect-error plain JavaScript without declarations
import * as migrate from '../lib/migrate.mjs'
import { anotherDatabase, type TestDatabase, throwawayPostgres, type ThrowawayPostgres } from './more-databases'

const applyMigrations: (url: string, folder?: string) => Promise<string[]> = migrate.applyMigrations

const ask = async (url: string, sql: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

describe('a server of our own', () => {
  let postgres: ThrowawayPostgres
  beforeAll(async () => {
    postgres = await throwawayPostgres()
  }, 90_000)
  afterAll(() => postgres.close())

  test('after kill -9 it starts again on the same port and has what was committed', async () => {
    await ask(postgres.ownerUrl, 'CREATE DATABASE kept')
    const kept = postgres.ownerUrl.replace(/\/postgres$/, '/kept')
    await ask(kept, 'CREATE TABLE t AS SELECT 7 AS n')
    process.kill(postgres.server.pid, 'SIGKILL')
    const again = await postgres.startAgain()
    expect(again.port).toBe(postgres.server.port)
    expect(again.pid).not.toBe(postgres.server.pid)
    expect(await ask(kept, 'SELECT n FROM t')).toEqual([{ n: 7 }])
  }, 60_000)

  test('a server that still runs is adopted, not started twice', async () => {
    const first = await postgres.startAgain()
    const second = await postgres.startAgain()
    expect(second.pid).toBe(first.pid)
  }, 60_000)
})

describe('migrations', () => {
  let database: TestDatabase
  let folder: string
  const script = (name: string, sql: string) => {
    mkdirSync(join(folder, name), { recursive: true })
    writeFileSync(join(folder, name, 'migration.sql'), sql)
  }
  beforeAll(async () => {
    database = await anotherDatabase()
    await ask(database.env.DATABASE_OWNER_URL, 'DROP SCHEMA public CASCADE; CREATE SCHEMA public')
    folder = mkdtempSync(join(tmpdir(), 'signalbox-migrations-'))
    writeFileSync(join(folder, 'migration_lock.toml'), 'provider = "postgresql"\n')
  })
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true })
    await database.drop()
  })
  const apply = () => applyMigrations(database.env.DATABASE_OWNER_URL, folder)

  test('functions with semicolons arrive whole, and nothing is applied twice', async () => {
    script(
      '0001_function',
      `-- a comment; with a semicolon
       CREATE FUNCTION two() RETURNS int LANGUAGE plpgsql AS $$ DECLARE n int; BEGIN n := 1; RETURN n + 1; END $$;
       CREATE TABLE thing (n int)`,
    )
    expect(await apply()).toEqual(['0001_function'])
    expect(await apply()).toEqual([])
    expect(await ask(database.env.DATABASE_OWNER_URL, 'SELECT two() AS n')).toEqual([{ n: 2 }])
  })

  test('a failed one leaves nothing behind, says why, and runs once corrected', async () => {
    script('0002_wrong', 'CREATE TABLE left_over (n int); SELECT 1 / 0;')
    await expect(apply()).rejects.toMatchObject({ detail: expect.stringContaining('division by zero') })
    expect(await ask(database.env.DATABASE_OWNER_URL, `SELECT to_regclass('left_over') AS name`)).toEqual([
      { name: null },
    ])
    script('0002_wrong', 'CREATE TABLE left_over (n int)')
    expect(await apply()).toEqual(['0002_wrong'])
  })

  test('several processes at once apply each one once', async () => {
    script('0003_more', 'CREATE TABLE more (n int)')
    const results = await Promise.all([apply(), apply(), apply()])
    expect(results.flat()).toEqual(['0003_more'])
  })
})
