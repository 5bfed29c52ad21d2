import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TEAM_ROLES } from '@/lib/auth/permissions'
import {
  changedMember,
  invitationState,
  losesAdmin,
  requireAnotherAdmin,
  requireOpen,
  settingsPermissions,
  slugOf,
} from './rules'
import { Email, Groups, TeamName } from './schema'

const NOW = new Date('2026-03-01T12:00:00Z')
const LATER = new Date('2026-03-01T12:00:00.001Z')

describe('slugOf', () => {
  test.each([
    ['Support', 'support'],
    ['Müller & Söhne', 'muller-sohne'],
    ['  --A__b--  ', 'a-b'],
    ['客服', 'team'],
    ['!!!', 'team'],
    [`${'x'.repeat(39)} yz`, 'x'.repeat(39)],
  ])('%j becomes %s', (name, slug) => {
    expect(slugOf(name)).toBe(slug)
  })

  test('always has the shape that the table demands, with room for a tail', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        expect(slugOf(name)).toMatch(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/)
      }),
    )
  })
})

describe('an invitation', () => {
  const open = { acceptedAt: null, revokedAt: null, expiresAt: LATER }
  test.each([
    [open, 'open'],
    [{ ...open, expiresAt: NOW }, 'expired'],
    [{ ...open, revokedAt: NOW }, 'revoked'],
    [{ ...open, acceptedAt: NOW, revokedAt: NOW, expiresAt: NOW }, 'accepted'],
  ] as const)('%j is %s', (invitation, state) => {
    expect(invitationState(invitation, NOW)).toBe(state)
    if (state === 'open') expect(() => requireOpen(state)).not.toThrow()
    else expect(() => requireOpen(state)).toThrow(/new one/)
  })
})

describe('changedMember', () => {
  test('only reviewers ever have groups', () => {
    const role = fc.constantFrom(...TEAM_ROLES)
    const groups = fc.array(fc.constantFrom('finance', 'legal'), { maxLength: 2 })
    fc.assert(
      fc.property(
        role,
        fc.option(role, { nil: undefined }),
        fc.option(groups, { nil: undefined }),
        (was, to, wanted) => {
          const before = { role: was, groups: was === 'REVIEWER' ? ['legal'] : [] }
          let after
          try {
            after = changedMember(before, { role: to, groups: wanted })
          } catch {
            expect((to ?? was) !== 'REVIEWER' && (wanted?.length ?? 0) > 0).toBe(true)
            return
          }
          expect(after.role).toBe(to ?? was)
          if (after.role !== 'REVIEWER') expect(after.groups).toEqual([])
          else expect(after.groups).toEqual(wanted ?? before.groups)
        },
      ),
    )
  })
})

describe('the last administrator', () => {
  test('is counted by who remains', () => {
    expect(() => requireAnotherAdmin(['a'], 'a')).toThrow(/last platform administrator/)
    expect(() => requireAnotherAdmin([], 'a')).toThrow(/last platform administrator/)
    expect(() => requireAnotherAdmin(['a', 'b'], 'a')).not.toThrow()
  })

  test('loses the role by any other one', () => {
    expect(losesAdmin('PLATFORM_ADMIN', 'AUDITOR')).toBe(true)
    expect(losesAdmin('PLATFORM_ADMIN', null)).toBe(true)
    expect(losesAdmin('PLATFORM_ADMIN', 'PLATFORM_ADMIN')).toBe(false)
    expect(losesAdmin('AUDITOR', null)).toBe(false)
  })
})

test('settings that protect other teams or people ask for more than team:manage', () => {
  expect(settingsPermissions({ name: 'x', payloadMaxBytes: 4096 })).toEqual([])
  expect(settingsPermissions({ hashUserIds: true })).toEqual(['redaction:manage'])
  for (const change of [{ ingestPerMinute: null }, { newAgentsPerDay: 0 }, { newReleasesPerDay: 1 }]) {
    expect(settingsPermissions(change)).toEqual(['platform:manage'])
  }
})

test('text of people is bounded to what can be stored', () => {
  expect(TeamName.parse('  Support  ')).toBe('Support')
  for (const bad of ['', '   ', 'a\u0000b', 'a\nb', 'x'.repeat(81), '\ud800']) {
    expect(TeamName.safeParse(bad).success).toBe(false)
  }
  expect(Email.parse(' Ada@Example.TEST ')).toBe('ada@example.test')
  expect(Email.safeParse('ada').success).toBe(false)
  expect(Groups.parse(['b', 'a', 'b'])).toEqual(['a', 'b'])
})
