import { describe, expect, test } from 'vitest'
import { PLATFORM } from '@/lib/core/context'
import { prisma } from '@/lib/core/db'
import { auditOf, makePerson, makeTeam, systemCtx, unique } from '@/scripts/testing/house'
import { changeMember } from './commands/change-member'
import { changePlatformRole } from './commands/change-platform-role'
import { changeTeam } from './commands/change-team'
import { createTeam } from './commands/create-team'
import { removeMember } from './commands/remove-member'
import { removePerson } from './commands/remove-person'
import { memberPage, personPage, teamPage } from './queries'

const openSessions = (personId: string) => prisma().session.count({ where: { personId, endedAt: null } })

describe('teams', () => {
  test('twenty teams made at once under one name get twenty slugs', async () => {
    const name = unique('Müller & Söhne')
    const teams = await Promise.all(Array.from({ length: 20 }, () => createTeam(systemCtx(), { name })))
    expect(new Set(teams.map((team) => team.slug)).size).toBe(20)
    expect(teams.some((team) => /^muller-sohne-[a-z0-9]+$/.test(team.slug))).toBe(true)
    expect(await auditOf(PLATFORM, teams[0]?.id ?? '')).toMatchObject([{ kind: 'team.create', actorId: 'test' }])
  })

  test('a lead changes name and redaction, but not what protects the other teams', async () => {
    const team = await makeTeam()
    const lead = await makePerson({ teamId: team.id, role: 'LEAD' })
    const redaction = { detectors: ['email' as const], patterns: [], jsonPaths: [] }
    const changed = await changeTeam(lead.ctx, { name: 'Renamed', redaction, hashUserIds: true })
    expect(changed).toMatchObject({ name: 'Renamed', redaction, hashUserIds: true, slug: team.slug })
    await expect(changeTeam(lead.ctx, { ingestPerMinute: 1000 })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(changeTeam(lead.ctx, { newAgentsPerDay: 5 })).rejects.toMatchObject({ code: 'forbidden' })
    expect(await changeTeam(systemCtx(team.id), { ingestPerMinute: 1000 })).toMatchObject({ ingestPerMinute: 1000 })
    const kinds = (await auditOf(team.id, team.id)).map((entry) => entry.kind)
    expect(kinds).toEqual(['team.change', 'team.change'])
  })

  test('people list their own teams, platform roles all, page by page', async () => {
    const [own, other] = [await makeTeam(), await makeTeam()]
    const viewer = await makePerson({ teamId: own.id, role: 'VIEWER' })
    const above = { ...viewer.ctx, teamId: PLATFORM, permissions: new Set<never>() }
    expect((await teamPage(above, { limit: 50 })).items.map((team) => team.id)).toEqual([own.id])
    const auditor = await makePerson({ platformRole: 'AUDITOR' })
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await teamPage(auditor.ctx, { limit: 3, cursor })
      seen.push(...page.items.map((team) => team.id))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    expect(seen).toHaveLength(await prisma().team.count())
    expect(seen).toEqual(expect.arrayContaining([own.id, other.id]))
  })
})

describe('people of a team', () => {
  test('a new role ends every sign-in of the person, new groups end none', async () => {
    const team = await makeTeam()
    const lead = await makePerson({ teamId: team.id, role: 'LEAD' })
    const reviewer = await makePerson({ teamId: team.id, role: 'REVIEWER' })
    const grouped = await changeMember(lead.ctx, { personId: reviewer.id, groups: ['legal', 'finance', 'legal'] })
    expect(grouped.groups).toEqual(['finance', 'legal'])
    expect(await openSessions(reviewer.id)).toBe(1)
    const moved = await changeMember(lead.ctx, { personId: reviewer.id, role: 'ENGINEER' })
    expect(moved).toMatchObject({ role: 'ENGINEER', groups: [] })
    expect(await openSessions(reviewer.id)).toBe(0)
    await expect(changeMember(lead.ctx, { personId: reviewer.id, groups: ['legal'] })).rejects.toMatchObject({
      code: 'bad_request',
    })
  })

  test('audit text of people holds ids and roles, never names or addresses', async () => {
    const team = await makeTeam()
    const person = await makePerson({ teamId: team.id, role: 'VIEWER' })
    await changeMember(systemCtx(team.id), { personId: person.id, role: 'REVIEWER' })
    await removeMember(systemCtx(team.id), { personId: person.id })
    const entries = await auditOf(team.id, person.id)
    expect(entries.map((entry) => entry.kind)).toEqual(['member.change', 'member.remove'])
    for (const entry of entries) {
      expect(entry.text).not.toContain(person.name)
      expect(entry.text).not.toContain(person.email)
      expect(entry.text).toContain('REVIEWER')
    }
  })

  test('somebody of another team is not found, exactly as somebody missing', async () => {
    const [team, other] = [await makeTeam(), await makeTeam()]
    const stranger = await makePerson({ teamId: other.id, role: 'VIEWER' })
    const errors = await Promise.all(
      [stranger.id, 'usr_0000000000000000000000'].map((personId) =>
        removeMember(systemCtx(team.id), { personId }).catch((error: unknown) => error),
      ),
    )
    expect(errors[0]).toMatchObject({ code: 'not_found' })
    expect(errors[0]).toEqual(errors[1])
    expect(await openSessions(stranger.id)).toBe(1)
  })

  test('removal takes the membership and ends the sign-ins in one transaction', async () => {
    const team = await makeTeam()
    const person = await makePerson({ teamId: team.id, role: 'VIEWER' })
    await removeMember(systemCtx(team.id), { personId: person.id })
    expect(await openSessions(person.id)).toBe(0)
    expect((await memberPage(systemCtx(team.id), { limit: 50 })).items).toEqual([])
  })
})

describe('people of the platform', () => {
  test('the last administrator keeps the role, however many lose theirs at once', async () => {
    await prisma().person.updateMany({ where: { platformRole: 'PLATFORM_ADMIN' }, data: { platformRole: null } })
    const admins = await Promise.all(Array.from({ length: 6 }, () => makePerson({ platformRole: 'PLATFORM_ADMIN' })))
    const losing = admins.map((admin, i) =>
      i % 2
        ? removePerson(systemCtx(), { personId: admin.id })
        : changePlatformRole(systemCtx(), { personId: admin.id, platformRole: i % 4 ? null : 'AUDITOR' }),
    )
    const results = await Promise.allSettled(losing)
    expect(results.filter((result) => result.status === 'rejected')).toMatchObject([{ reason: { code: 'conflict' } }])
    expect(await prisma().person.count({ where: { platformRole: 'PLATFORM_ADMIN', removedAt: null } })).toBe(1)
  })

  test('a removed person is in no team, has no sign-in and is not listed', async () => {
    const team = await makeTeam()
    const person = await makePerson({ teamId: team.id, role: 'LEAD', platformRole: 'AUDITOR' })
    await removePerson(systemCtx(), { personId: person.id })
    expect(await openSessions(person.id)).toBe(0)
    expect((await personPage(systemCtx(), { limit: 200 })).items.map((row) => row.personId)).not.toContain(person.id)
    await expect(removePerson(systemCtx(), { personId: person.id })).rejects.toMatchObject({ code: 'not_found' })
    expect(await auditOf(PLATFORM, person.id)).toMatchObject([{ kind: 'person.remove' }])
  })
})
