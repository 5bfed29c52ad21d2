import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import {
  permissionsOf,
  permissionsOfScopes,
  KEY_SCOPES,
  PERMISSIONS,
  PLATFORM_ROLES,
  TEAM_ROLES,
} from '@/lib/auth/permissions'
import { ENV_NAMES } from '@/lib/core/env'
import { config as proxyConfig } from '@/proxy'

// Rules of the repository that lint cannot say. Each failure names the file and what to do.

const root = fileURLToPath(new URL('../', import.meta.url))
const SKIPPED = /^(node_modules|generated|\.next.*|\.git|\.signalbox.*|coverage)$/

const filesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return SKIPPED.test(entry.name) ? [] : filesIn(path)
    return [path.split(sep).join('/')]
  })
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8')
const isThere = (path: string): boolean => statSync(join(root, path), { throwIfNoEntry: false }) !== undefined

const isTest = (path: string) => /\.test\.tsx?$|\/testing(-[a-z-]+)?\.ts$|\/testing\//.test(path)
const isCode = (path: string) => /\.tsx?$/.test(path)
const code = ['app', 'components', 'lib'].flatMap(filesIn).filter(isCode)
const routes = code.filter((path) => /^app\/.*\/route\.ts$/.test(path))

/** Paths of the project that a file imports as values, and packages as they are written. Type imports cost nothing. */
const importsOf = (path: string): string[] =>
  [
    ...textOf(path).matchAll(
      /^(?:import|export)\s+(?!type\b)[^'"]*?from\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]/gm,
    ),
  ].map((match) => locate(path, match[1] ?? match[2] ?? ''))
const locate = (from: string, target: string): string => {
  if (!target.startsWith('@/') && !target.startsWith('.')) return target
  const base = target.startsWith('@/')
    ? target.slice(2)
    : relative(root, resolve(root, dirname(from), target))
        .split(sep)
        .join('/')
  return [`${base}.ts`, `${base}.tsx`, base].find(isThere) ?? base
}

/** Everything that a file brings in, at any distance, without what is imported only when it is needed. */
const closureOf = (path: string, seen = new Set<string>()): Set<string> => {
  for (const target of importsOf(path)) {
    if (seen.has(target)) continue
    seen.add(target)
    if (isCode(target) && isThere(target)) closureOf(target, seen)
  }
  return seen
}

describe('routes', () => {
  test.each(routes.filter((path) => !path.includes('[...nextauth]')))(
    '%s builds every method with defineRoute',
    (path) => {
      const text = textOf(path)
      const methods = [
        ...text.matchAll(/^export (?:const|async function|function) (GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)\b(.*)$/gm),
      ]
      expect(methods.length, 'a route exports its methods by name').toBeGreaterThan(0)
      for (const [, method, rest] of methods) {
        expect(rest, `${method}: use defineRoute or defineRawRoute`).toMatch(/=\s*define(Raw)?Route(<.*>)?\(/)
      }
    },
  )

  const agentFacing = routes.filter((path) => /agentKey\(|keyOrSession\(/.test(textOf(path)))
  // next-auth/jwt only opens the session cookie; it imports nothing of Next either.
  test('there are routes that agents call', () => expect(agentFacing.length).toBeGreaterThan(0))
  test.each(agentFacing)('%s is called by agents and brings in nothing of Next', (path) => {
    const next = [...closureOf(path)].filter((target) => /^(next(\/.*)?|next-auth(\/(?!jwt$).*)?)$/.test(target))
    expect(next, 'a slim server must be able to mount the same function').toEqual([])
  })

  test('the proxy never sees /api or /v1, whose bodies it would cut at 10 MB', () => {
    const matches = (path: string) => proxyConfig.matcher.some((pattern) => new RegExp(`^${pattern}$`).test(path))
    for (const path of [
      '/api',
      '/api/v1/events',
      '/api/auth/session',
      '/v1',
      '/v1/traces',
      '/_next/static/x.js',
      '/icon.svg',
    ]) {
      expect(matches(path), path).toBe(false)
    }
    for (const path of ['/', '/sign-in', '/agents', '/teams/api/x', '/apiary', '/invitation/abc']) {
      expect(matches(path), path).toBe(true)
    }
  })
})

describe('permissions', () => {
  const granted = new Set([
    ...TEAM_ROLES.flatMap((team) => [...permissionsOf({ team })]),
    ...PLATFORM_ROLES.flatMap((platform) => [...permissionsOf({ platform })]),
    ...permissionsOfScopes(KEY_SCOPES),
  ])
  const used = code
    .filter((path) => !isTest(path) && path !== 'lib/auth/permissions.ts')
    .map(textOf)
    .join('\n')
  /** A route that asks for a scope of keys asks for the permissions that the scope stands for. */
  const byScope = new Set(
    permissionsOfScopes(KEY_SCOPES.filter((scope) => new RegExp(`(agentKey|keyOrSession)\\('${scope}'`).test(used))),
  )
  test.each(PERMISSIONS)('%s is granted to somebody and asked for somewhere', (permission) => {
    expect(granted.has(permission), 'grant it or delete it').toBe(true)
    expect(byScope.has(permission) || used.includes(`'${permission}'`), 'ask for it or delete it').toBe(true)
  })
})

describe('migrations', () => {
  const migrations = filesIn('prisma/migrations').filter((path) => path.endsWith('/migration.sql'))
  const withoutComments = (sql: string) => sql.replace(/--.*$/gm, '')

  test.each(migrations)('%s does something', (path) => {
    // An empty one applies "successfully".
    expect(withoutComments(textOf(path)).trim()).not.toBe('')
  })

  /** Small tables, and ids that are looked up without knowing the team. Everything else grows and belongs to a team. */
  const NOT_BY_TEAM: Record<string, string> = {
    team: 'is the team',
    person: 'is above teams',
    membership: 'its second index leads from a person to the teams',
    invitation: 'is found by the hash of its link',
    session: 'belongs to a person',
    sign_in_attempt: 'comes before any team is known; passed windows are cleared',
    agent_key: 'is found by the public part of the key',
  }
  // GIN holds no text without an extension, so such an index cannot begin with the team: it is never a key, and the
  // partitions and the rows it leads to are narrowed by team all the same.
  const keys = migrations.flatMap((path) => {
    const sql = withoutComments(textOf(path))
    const tables = [...sql.matchAll(/CREATE TABLE (?:IF NOT EXISTS )?"?([a-z_]+)"?\s*\(([\s\S]*?)\n\)/g)].flatMap(
      ([, table = '', body = '']) =>
        [...body.matchAll(/(?:PRIMARY KEY|UNIQUE)\s*\(([^)]+)\)/g)].map(([, columns = '']) => ({
          path,
          table,
          columns,
        })),
    )
    const indexes = [
      ...sql.matchAll(/CREATE (?:UNIQUE )?INDEX[^;]*?\sON\s+(?:ONLY\s+)?"?([a-z_]+)"?\s*(?:USING \w+\s*)?\(([^;]+)/g),
    ].flatMap(([whole = '', table = '', columns = '']) =>
      whole.includes('USING gin') ? [] : [{ path, table, columns }],
    )
    return [...tables, ...indexes]
  })
  test('keys and indexes are found', () => expect(keys.length).toBeGreaterThan(20))
  test.each(keys.filter(({ table }) => !(table in NOT_BY_TEAM)))(
    '$table ($columns) begins with the team',
    ({ columns }) => {
      expect(columns.trim(), 'the schema must be distributable by team').toMatch(/^\(*"?team_id"?\b/)
    },
  )
})

describe('rooms', () => {
  /** README section 4 of the design: a domain may import those before it, never after. */
  const ORDER = [
    'redaction', 'teams', 'agents', 'audit', 'releases', 'tools', 'policies', 'prompts', 'prices', 'sources', 'ingest', 'interactions',
    'metrics', 'retention', 'quotas', 'limits', 'approvals', 'actions', 'evaluations', 'rollouts', 'drift', 'alerts', 'incidents',
    'reviews', 'compliance', 'gateway', 'dashboards', 'worker',
  ] // prettier-ignore
  const BELOW = ['core', 'http', 'auth', 'charts']
  const domainOf = (path: string) => /^lib\/([^/]+)\//.exec(path)?.[1] ?? ''

  test('every folder of lib has its place', () => {
    const folders = new Set(code.map(domainOf).filter(Boolean))
    expect([...folders].filter((folder) => ![...ORDER, ...BELOW].includes(folder))).toEqual([])
  })

  test('no domain imports a later one', () => {
    const upwards = code
      .filter((path) => ORDER.includes(domainOf(path)) && !isTest(path))
      .flatMap((path) => importsOf(path).map((target) => ({ path, target })))
      .filter(({ path, target }) => ORDER.indexOf(domainOf(target)) > ORDER.indexOf(domainOf(path)))
    expect(upwards).toEqual([])
  })

  test('only components/charts imports recharts', () => {
    const drawing = code.filter((path) => importsOf(path).some((target) => target.startsWith('recharts')))
    expect(drawing.filter((path) => !path.startsWith('components/charts/'))).toEqual([])
  })

  test('store, queries and commands are server-only', () => {
    const server = code.filter(
      (path) => /^lib\/[^/]+\/(store|queries|commands)(\.ts|\/.*\.ts)$/.test(path) && !isTest(path),
    )
    expect(server.filter((path) => !textOf(path).includes("import 'server-only'"))).toEqual([])
  })

  test('no barrels', () => expect(code.filter((path) => /\/index\.tsx?$/.test(path))).toEqual([]))
})

test('.env.example names every variable that is read, and no other', () => {
  const names = [...textOf('.env.example').matchAll(/^#?\s?([A-Z][A-Z0-9_]+)=/gm)].map((match) => match[1])
  expect([...new Set(names)].sort()).toEqual([...ENV_NAMES].sort())
})

test('every disabled lint rule gives its reason', () => {
  const bare = code.flatMap((path) =>
    textOf(path)
      .split('\n')
      .filter((line) => /eslint-disable/.test(line) && !/eslint-disable.* -- \S/.test(line))
      .map((line) => `${path}: ${line.trim()}`),
  )
  expect(bare.filter((line) => !line.startsWith('lib/architecture.test.ts'))).toEqual([])
})
