// The pure parts of the scripts, and those that need nothing but a temporary folder.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { choosePort, publicUrl } from './app-server.mjs'
import { isPrivateFile, isPrivateFolder } from './checks.mjs'
import { systemBrowsers } from './chromium.mjs'
import { fillRoles, identifier, literal, roleIn, shown, urlOf, withDatabase, withLogin } from './database.mjs'
import { fingerprint } from './fingerprint.mjs'
import { isNodeNewEnough, missingPackages } from './install.mjs'
import { currentHolder, lastHolder, takeLock } from './lock.mjs'
import { explain, Problem } from './log.mjs'
import { readMigrations } from './migrate.mjs'
import { isPortFree, nextFreePort } from './ports.mjs'
import { parsePostmasterPid, serverSettings } from './postgres.mjs'
import { birthOf, identify, isAlive, isSameProcess, run, stopProcess } from './processes.mjs'
import { recountLines } from './recount.mjs'
import { rolesScript } from './roles-script.mjs'
import { appSecrets, ensureSecrets, secretsFile } from './secrets.mjs'
import { ensureSetupCode, newSetupCode } from './setup-code.mjs'
import { MOST_RESTARTS, pauseBeforeRestart, restartBudget } from './supervise.mjs'
import { addCounts, countPlaywright, countStep, countVitest, parseTestArguments, summarise } from './test-results.mjs'

let folder
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-scripts-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const modeOf = (file) => statSync(file).mode & 0o777

describe('installing', () => {
  const lock = {
    packages: {
      '': { version: '1.0.0' },
      'node_modules/a': { version: '1.0.0' },
      'node_modules/b/node_modules/a': { version: '2.0.0' },
      'node_modules/other-system': { version: '1.0.0', optional: true },
    },
  }
  const installed = { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b/node_modules/a': { version: '2.0.0' } }

  test('is complete without the optional packages of other systems', () => {
    expect(missingPackages(lock, { packages: installed })).toEqual([])
  })
  test('names what is missing, old, or everything when nothing is there', () => {
    expect(missingPackages(lock, { packages: { ...installed, 'node_modules/a': { version: '0.9.0' } } })).toEqual(['a'])
    expect(missingPackages(lock, null)).toEqual(['a', 'a'])
  })
  test.each([
    ['20.19.0', true],
    ['20.18.3', false],
    ['18.20.0', false],
    ['22.0.0', true],
  ])('Node %s is new enough: %s', (version, expected) => expect(isNodeNewEnough(version)).toBe(expected))
})

describe('counting tests', () => {
  const file = (status, ...states) => ({
    status,
    assertionResults: states.map((each) => ({ status: each, fullName: each })),
  })

  test('vitest: passed, failed, skipped and todo', () => {
    const report = { testResults: [file('failed', 'passed', 'failed', 'pending'), file('passed', 'passed', 'todo')] }
    expect(countVitest(report, 1)).toEqual({ passed: 2, failed: 1, skipped: ['pending', 'todo'] })
  })
  test('vitest: a file that does not load is one failure', () => {
    expect(countVitest({ testResults: [file('failed')] }, 1)).toEqual({ passed: 0, failed: 1, skipped: [] })
  })
  test('an error outside of tests, or no report at all, is one failure', () => {
    expect(countVitest({ testResults: [file('passed', 'passed')] }, 1).failed).toBe(1)
    expect(countVitest(null, 0).failed).toBe(1)
    expect(countPlaywright({ suites: [] }, 1).failed).toBe(1)
  })
  test('Playwright: nested suites, flaky counts as failed, errors outside of tests too', () => {
    const spec = (title, status) => ({ title, tests: [{ status }] })
    const report = {
      errors: [{}],
      suites: [
        {
          title: 'a.e2e.ts',
          specs: [spec('one', 'expected')],
          suites: [
            { title: 'inner', specs: [spec('two', 'skipped'), spec('three', 'flaky'), spec('four', 'unexpected')] },
          ],
        },
      ],
    }
    expect(countPlaywright(report, 1)).toEqual({ passed: 1, failed: 3, skipped: ['a.e2e.ts › inner › two'] })
  })
  test('the last line counts everything; a skip fails only where it must not happen', () => {
    const counts = addCounts({ passed: 3, failed: 0, skipped: ['x'] }, countStep(true))
    expect(summarise({ counts, notRun: ['e2e'], strict: false })).toEqual({
      failed: 0,
      lines: ['skipped: x. not asked for: e2e', '4 passed, 0 failed'],
    })
    expect(summarise({ counts, notRun: [], strict: true }).lines[1]).toBe('4 passed, 1 failed')
    expect(summarise({ counts: countStep(true), notRun: [], strict: true }).lines).toEqual([
      'nothing skipped',
      '1 passed, 0 failed',
    ])
  })
  test('--only chooses steps, the rest names files', () => {
    const known = ['pure', 'db', 'e2e']
    expect(parseTestArguments(['--only=db,nope', 'lib/ledger'], known)).toEqual({
      only: ['db', 'nope'],
      unknown: ['nope'],
      files: ['lib/ledger'],
    })
    expect(parseTestArguments([], known).only).toEqual(known)
  })
})

describe('addresses and SQL text', () => {
  const url = urlOf({ host: '127.0.0.1', port: 5432, user: 'a b', password: 'p@:/', database: 'd e' })

  test('survive odd characters and never show a password', () => {
    expect(url).toBe('postgresql://a%20b:p%40%3A%2F@127.0.0.1:5432/d%20e')
    expect(roleIn(url)).toBe('a b')
    expect(withDatabase(url, 'x')).toBe('postgresql://a%20b:p%40%3A%2F@127.0.0.1:5432/x')
    expect(withLogin(url, 'u', 'p/')).toBe('postgresql://u:p%2F@127.0.0.1:5432/d%20e')
    expect(shown(url)).not.toContain('p%40')
  })
  test('quote names and values', () => {
    expect(identifier('a"b')).toBe('"a""b"')
    expect(literal("it's")).toBe("'it''s'")
    expect(fillRoles('GRANT x TO :"app_role" FROM :"owner_role"', { appRole: 'a', ownerRole: 'o' })).toBe(
      'GRANT x TO "a" FROM "o"',
    )
  })
  test('the administrator’s script makes both roles and holds the grants', () => {
    const sql = rolesScript({ grants: 'GRANT SELECT ON t TO :"app_role";', ownerPassword: 'o1', appPassword: 'a1' })
    expect(sql).toContain('CREATE ROLE signalbox_owner')
    expect(sql).toContain('GRANT SELECT ON t TO "signalbox_app";')
    expect(sql).toContain('DATABASE_URL=postgresql://signalbox_app:a1@')
  })
  test('an address a browser can open', () => {
    expect(publicUrl('127.0.0.1', 3000)).toBe('http://127.0.0.1:3000')
    expect(publicUrl('0.0.0.0', 80)).toBe('http://localhost:80')
    expect(publicUrl('::1', 80)).toBe('http://[::1]:80')
  })
})

describe('PostgreSQL', () => {
  test('postmaster.pid is read, rubbish is not', () => {
    expect(parsePostmasterPid('42\n/data\n1700000000\n5433\n\n127.0.0.1\n')).toEqual({
      pid: 42,
      folder: '/data',
      port: 5433,
    })
    expect(parsePostmasterPid('')).toBeNull()
    expect(parsePostmasterPid('-3\n')).toBeNull()
  })
  test('real use keeps fsync, tests do not; both listen on this machine only', () => {
    expect(serverSettings({ port: 1, memory: 8e9 })).toMatchObject({
      fsync: 'on',
      shared_buffers: '256MB',
      listen_addresses: '127.0.0.1',
    })
    expect(serverSettings({ port: 1, memory: 1e9, forTests: true })).toMatchObject({
      fsync: 'off',
      shared_buffers: '128MB',
    })
  })
  test('migrations are read in order, folders without a script are none', () => {
    for (const name of ['0002_b', '0001_a', 'empty']) mkdirSync(join(folder, name))
    writeFileSync(join(folder, '0002_b', 'migration.sql'), 'two')
    writeFileSync(join(folder, '0001_a', 'migration.sql'), 'one')
    writeFileSync(join(folder, 'migration_lock.toml'), '')
    expect(readMigrations(folder)).toEqual([
      { name: '0001_a', sql: 'one' },
      { name: '0002_b', sql: 'two' },
    ])
  })
})

describe('secrets', () => {
  test('are made once, private, and completed when one is missing', () => {
    const first = ensureSecrets(folder)
    expect(Buffer.from(first.encryptionKey, 'base64')).toHaveLength(32)
    expect(modeOf(secretsFile(folder))).toBe(0o600)
    expect(ensureSecrets(folder)).toEqual(first)
    const { databaseAppPassword: _, ...older } = first
    writeFileSync(secretsFile(folder), JSON.stringify(older))
    expect(ensureSecrets(folder)).toMatchObject(older)
    expect(ensureSecrets(folder).databaseAppPassword).toBeTruthy()
  })
  test('an unreadable file is never replaced', () => {
    writeFileSync(secretsFile(folder), '{')
    expect(() => ensureSecrets(folder)).toThrow(Problem)
    expect(readFileSync(secretsFile(folder), 'utf8')).toBe('{')
  })
  test('the environment wins', () => {
    const secrets = { nextAuthSecret: 'a', encryptionKey: 'b' }
    expect(appSecrets(secrets, { NEXTAUTH_SECRET: 'mine' })).toEqual({
      NEXTAUTH_SECRET: 'mine',
      SIGNALBOX_ENCRYPTION_KEY: 'b',
    })
  })
  test('the setup code stays the same until it is used, and is private', () => {
    const code = ensureSetupCode(folder)
    expect(code).toMatch(/^[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}$/)
    expect(ensureSetupCode(folder)).toBe(code)
    expect(modeOf(join(folder, 'setup-code'))).toBe(0o600)
    expect(newSetupCode(() => 0)).toBe('AAAA-AAAA-AAAA')
  })
  test('doctor knows private from open', () => {
    expect([0o700, 0o710].every(isPrivateFolder)).toBe(true)
    expect([0o755, 0o750, 0o701].some(isPrivateFolder)).toBe(false)
    expect(isPrivateFile(0o600)).toBe(true)
    expect(isPrivateFile(0o640)).toBe(false)
  })
})

describe('processes', () => {
  const sleeper = () => spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })

  test('one is known by number and birth, and gone after being stopped', async () => {
    const child = sleeper()
    const who = identify(child.pid)
    expect(isSameProcess(who)).toBe(true)
    expect(isSameProcess({ ...who, birth: 'another' })).toBe(false)
    await stopProcess(child.pid)
    expect(isAlive(child.pid)).toBe(false)
    expect(isSameProcess(who)).toBe(false)
    expect(birthOf(process.pid)).toBeTruthy()
  })
  test('a command returns its output, exit code and whether it took too long', async () => {
    const good = await run(process.execPath, ['-e', 'console.log("a"); console.error("b"); process.exit(3)'])
    expect(good).toMatchObject({ code: 3, timedOut: false })
    expect(good.output).toContain('a\n')
    expect((await run(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { timeoutMs: 300 })).timedOut).toBe(true)
    expect((await run('no-such-program', [])).code).toBe(127)
  })
  test('a second start is refused with the way out; a dead one is taken over', async () => {
    const lock = await takeLock(folder, 'start')
    lock.note({ url: 'http://127.0.0.1:3000', app: { pid: 1, birth: null } })
    expect(currentHolder(folder)?.launcher.pid).toBe(process.pid)
    await expect(takeLock(folder, 'start')).rejects.toThrow(/already running.*http:\/\/127\.0\.0\.1:3000/)
    lock.release()
    expect(lastHolder(folder)).toBeNull()
    writeFileSync(
      join(folder, 'running.json'),
      JSON.stringify({ launcher: { pid: 2 ** 22 + 1, birth: '1' }, app: { pid: 7 } }),
    )
    expect((await takeLock(folder, 'start')).left.app).toEqual({ pid: 7 })
  })
  test('restarts pause longer each time, end after too many, and start over after a quiet minute', () => {
    let now = 0
    const budget = restartBudget({ now: () => now })
    const pauses = Array.from({ length: MOST_RESTARTS }, () => budget.nextPause())
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b))
    expect(budget.nextPause()).toBeNull()
    now += 61_000
    expect(budget.nextPause()).toBe(pauseBeforeRestart(0))
    expect(pauseBeforeRestart(50)).toBe(10_000)
  })
})

describe('ports', () => {
  test('a taken one is seen, skipped, and refused when it was asked for', async () => {
    const server = createServer()
    const port = await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)))
    try {
      expect(await isPortFree(port)).toBe(false)
      expect(await nextFreePort(port)).toBeGreaterThan(port)
      await expect(choosePort('127.0.0.1', String(port))).rejects.toThrow(/is taken/)
      await expect(choosePort('127.0.0.1', 'abc')).rejects.toThrow(/not a port/)
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  })
})

describe('the rest', () => {
  test('a fingerprint follows contents and names, not times', () => {
    mkdirSync(join(folder, 'src'))
    writeFileSync(join(folder, 'src', 'a.ts'), '1')
    writeFileSync(join(folder, 'src', 'a.test.ts'), '1')
    const skip = (path) => path.endsWith('.test.ts')
    const take = () => fingerprint(folder, ['src', 'absent'], { skip })
    const before = take()
    writeFileSync(join(folder, 'src', 'a.ts'), '1')
    writeFileSync(join(folder, 'src', 'a.test.ts'), '2')
    expect(take()).toBe(before)
    writeFileSync(join(folder, 'src', 'a.ts'), '2')
    expect(take()).not.toBe(before)
  })
  test('every failure ends in error and fix, without a stack', () => {
    expect(explain(new Problem('it broke', 'mend it', 'log line\n'))).toBe('log line\nerror: it broke\nfix: mend it')
    expect(explain(new Error('odd\n    at somewhere'))).toBe('error: odd\nfix: npm run doctor')
    expect(explain(undefined)).toBe('error: unknown failure\nfix: npm run doctor')
  })
  test('browsers of the system are found in PATH order', () => {
    const exists = (file) => file === '/b/google-chrome' || file === '/a/chromium'
    expect(systemBrowsers('/b:/a', exists)).toEqual(['/a/chromium', '/b/google-chrome'])
  })
  test('the recount table shows mismatches, shortened', () => {
    const mismatches = Array.from({ length: 22 }, (_, i) => ({ key: `k${i}`, stored: '1', recounted: '2' }))
    const lines = recountLines([
      { table: 'rollup_hour', rows: 3, mismatches: [] },
      { table: 'totals', rows: 30, mismatches },
    ])
    expect(lines[1]).toMatch(/rollup_hour +3 {2}none/)
    expect(lines).toContain('  k0: stored 1, recounted 2')
    expect(lines.at(-1)).toBe('  … and 2 more')
  })
})
