import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { permissionsOf } from '@/lib/auth/permissions'
import { canManageKey, keyState, requireFuture, rotationEnd } from './rules'
import { Environment, WireName } from './schema'

const NOW = new Date('2026-03-01T12:00:00Z')
const at = (ms: number) => new Date(NOW.getTime() + ms)

describe('a key', () => {
  test.each([
    [{ expiresAt: null, revokedAt: null }, 'active'],
    [{ expiresAt: at(1), revokedAt: null }, 'active'],
    [{ expiresAt: NOW, revokedAt: null }, 'expired'],
    [{ expiresAt: at(1), revokedAt: NOW }, 'revoked'],
  ] as const)('%j is %s', (key, state) => {
    expect(keyState(key, NOW)).toBe(state)
  })

  test('never lives longer by being rotated', () => {
    const seconds = fc.integer({ min: 0, max: 604_800 })
    fc.assert(
      fc.property(seconds, fc.option(fc.integer({ min: 1, max: 1e9 }), { nil: null }), (overlapSec, left) => {
        const expiresAt = left === null ? null : at(left)
        const end = rotationEnd({ expiresAt, revokedAt: null, successor: null }, overlapSec, NOW)
        expect(end.getTime()).toBeLessThanOrEqual(NOW.getTime() + overlapSec * 1000)
        if (expiresAt) expect(end.getTime()).toBeLessThanOrEqual(expiresAt.getTime())
      }),
    )
  })

  test('is rotated once, and only while it works', () => {
    const key = { expiresAt: null, revokedAt: null, successor: null }
    expect(() => rotationEnd({ ...key, successor: 'abcdefghijkl' }, 0, NOW)).toThrow(/abcdefghijkl/)
    expect(() => rotationEnd({ ...key, revokedAt: NOW }, 0, NOW)).toThrow(/revoked/)
    expect(() => rotationEnd({ ...key, expiresAt: NOW }, 0, NOW)).toThrow(/expired/)
    expect(() => requireFuture(NOW, NOW)).toThrow(/future/)
    expect(() => requireFuture(null, NOW)).not.toThrow()
  })
})

test('keys of production are for leads and administrators, others also for engineers', () => {
  const may = (role: Parameters<typeof permissionsOf>[0], environment: string) =>
    canManageKey(permissionsOf(role), environment)
  expect(may({ team: 'LEAD' }, 'production')).toBe(true)
  expect(may({ platform: 'PLATFORM_ADMIN' }, 'production')).toBe(true)
  expect(may({ team: 'ENGINEER' }, 'production')).toBe(false)
  expect(may({ team: 'ENGINEER' }, 'staging')).toBe(true)
  for (const role of ['REVIEWER', 'VIEWER'] as const) expect(may({ team: role }, 'staging')).toBe(false)
  expect(may({ platform: 'AUDITOR' }, 'staging')).toBe(false)
})

test('no environment looks like production without being it', () => {
  for (const text of ['Production', 'production ', 'prod\u0000', 'pröduction', '-production', '']) {
    expect(Environment.safeParse(text).success).toBe(false)
  }
  expect(Environment.parse('production')).toBe('production')
})

test('wire names are taken as sent or refused, never changed', () => {
  for (const name of ['a', 'Agent 7', 'ü', '客服', '𝒳']) expect(WireName.parse(name)).toBe(name)
  for (const name of ['', ' a', 'a ', 'a\u0000', 'a\tb', '\udc00', 'x'.repeat(257)]) {
    expect(WireName.safeParse(name).success).toBe(false)
  }
})
