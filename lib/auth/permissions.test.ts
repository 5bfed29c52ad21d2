import { describe, expect, test } from 'vitest'
import { KEY_SCOPES, permissionsOf, permissionsOfScopes, PLATFORM_ROLES, TEAM_ROLES } from '@/lib/auth/permissions'

// The matrix as people read it (design README section 8), so that a changed grant is a changed line here.

const matrix = () => {
  const rows = [
    ...PLATFORM_ROLES.map((platform) => [platform, permissionsOf({ platform })] as const),
    ...TEAM_ROLES.map((team) => [team, permissionsOf({ team })] as const),
    ...KEY_SCOPES.map((scope) => [`key ${scope}`, permissionsOfScopes([scope])] as const),
  ]
  return rows.map(([who, permissions]) => `${who}: ${[...permissions].sort().join(' ')}`.trim())
}

describe('U1 roles', () => {
  test('U1 the matrix of roles and scopes', () => expect(matrix()).toMatchSnapshot())

  test('U1 an auditor reads everything and changes nothing', () => {
    expect([...permissionsOf({ platform: 'AUDITOR' })].every((permission) => permission.endsWith(':read'))).toBe(true)
  })

  test('U1 nobody below the platform manages it, and an engineer makes no production key', () => {
    for (const team of TEAM_ROLES) expect(permissionsOf({ team }).has('platform:manage')).toBe(false)
    expect(permissionsOf({ team: 'ENGINEER' }).has('key:manage-production')).toBe(false)
  })

  test('U1 a viewer and a reviewer manage nothing', () => {
    for (const team of ['VIEWER', 'REVIEWER'] as const) {
      expect([...permissionsOf({ team })].filter((permission) => !permission.endsWith(':read'))).toEqual([])
    }
  })

  test('U1 two roles add up, and no role is nothing', () => {
    expect(permissionsOf({ team: 'VIEWER', platform: 'AUDITOR' }).has('audit:read')).toBe(true)
    expect(permissionsOf({}).size).toBe(0)
  })

  test('U1 a key that ingests reads nothing', () =>
    expect([...permissionsOfScopes(['ingest'])]).toEqual(['telemetry:ingest']))
})
