import { describe, expect, test } from 'vitest'
import { verifyPassword } from '@/lib/auth/password'
import type { SessionCtx } from '@/lib/auth/caller'
import { PLATFORM } from '@/lib/core/context'
import { prisma } from '@/lib/core/db'
import { auditOf, makePerson, makeTeam, systemCtx, type TestPerson, unique } from '@/scripts/testing/house'
import { acceptInvitation } from './commands/accept-invitation'
import { invitePerson, inviteToPlatform } from './commands/invite-person'
import { removePerson } from './commands/remove-person'
import { revokeInvitation } from './commands/revoke-invitation'
import { invitationPage, invitationPreview } from './queries'

const address = () => `${unique('guest')}@example.test`
const DAY_MS = 86_400_000
const holder = (now = new Date()) => ({ session: null, now, requestId: 'req_test' })
const sessionOf = (person: TestPerson): SessionCtx => ({
  ...person.ctx,
  actor: { type: 'person', id: person.id, sessionId: person.sessionId, authTime: new Date() },
  person: { id: person.id, name: person.name, email: person.email, platformRole: null },
  team: null,
  role: null,
  memberships: [],
})
const NEW = { name: 'New Person', password: 'correct horse battery' }

describe('an invitation', () => {
  test('shows its token once and stores only the hash', async () => {
    const team = await makeTeam()
    const { invitation, token } = await invitePerson(systemCtx(team.id), { email: address(), role: 'ENGINEER' })
    const stored = JSON.stringify(await prisma().invitation.findUnique({ where: { id: invitation.id } }))
    expect(stored).not.toContain(token)
    expect(JSON.stringify(await invitationPage(systemCtx(team.id), { limit: 50 }))).not.toContain(token)
    const [entry] = await auditOf(team.id, invitation.id)
    expect(entry?.text).not.toContain(token)
    expect(entry?.text).not.toContain(invitation.email)
    expect(await invitationPreview(token, new Date())).toMatchObject({ teamName: team.name, next: 'sign-up' })
  })

  test('makes a new person a member with the password they chose', async () => {
    const team = await makeTeam()
    const email = address()
    const { token } = await invitePerson(systemCtx(team.id), { email: email.toUpperCase(), role: 'REVIEWER' })
    const accepted = await acceptInvitation(holder(), { token, ...NEW })
    expect(accepted).toMatchObject({ teamId: team.id, role: 'REVIEWER' })
    const person = await prisma().person.findUniqueOrThrow({ where: { email }, include: { memberships: true } })
    expect(person).toMatchObject({ id: accepted.personId, name: NEW.name, memberships: [{ role: 'REVIEWER' }] })
    expect(await verifyPassword(NEW.password, person.passwordHash)).toBe(true)
    const [entry] = await auditOf(team.id, person.id)
    expect(entry?.kind).toBe('invitation.accept')
    expect(entry?.text).not.toContain(email)
    expect(entry?.text).not.toContain(NEW.name)
  })

  test('is accepted once by four people who hold the link', async () => {
    const team = await makeTeam()
    const { token } = await invitePerson(systemCtx(team.id), { email: address(), role: 'VIEWER' })
    const all = await Promise.allSettled(Array.from({ length: 4 }, () => acceptInvitation(holder(), { token, ...NEW })))
    expect(all.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
    for (const one of all) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'conflict' })
    expect(await prisma().membership.count({ where: { teamId: team.id } })).toBe(1)
  })

  test('of two teams to one address both work, the second after signing in', async () => {
    const [one, two] = [await makeTeam(), await makeTeam()]
    const email = address()
    const links = [
      await invitePerson(systemCtx(one.id), { email, role: 'VIEWER' }),
      await invitePerson(systemCtx(two.id), { email, role: 'LEAD' }),
    ]
    const results = await Promise.allSettled(links.map(({ token }) => acceptInvitation(holder(), { token, ...NEW })))
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
    expect(await prisma().person.count({ where: { email } })).toBe(1)
  })

  test('to an address with an account asks for its sign-in, and takes no other', async () => {
    const [team, home] = [await makeTeam(), await makeTeam()]
    const invited = await makePerson({ teamId: home.id, role: 'VIEWER' })
    const other = await makePerson({ teamId: home.id, role: 'VIEWER' })
    const { token } = await invitePerson(systemCtx(team.id), { email: invited.email, role: 'LEAD' })
    await expect(acceptInvitation(holder(), { token, ...NEW })).rejects.toMatchObject({ code: 'unauthenticated' })
    const asOther = acceptInvitation({ ...holder(), session: sessionOf(other) }, { token })
    await expect(asOther).rejects.toMatchObject({ code: 'conflict' })
    const accepted = await acceptInvitation({ ...holder(), session: sessionOf(invited) }, { token })
    expect(accepted).toEqual({ personId: invited.id, teamId: team.id, role: 'LEAD' })
    expect(await auditOf(team.id, invited.id)).toMatchObject([{ kind: 'invitation.accept', actorId: invited.id }])
  })

  test('ends after seven days, by withdrawal, and never opens without name and password', async () => {
    const team = await makeTeam()
    const late = await invitePerson(systemCtx(team.id), { email: address(), role: 'VIEWER' })
    const after = new Date(Date.now() + 7 * DAY_MS + 1000)
    await expect(acceptInvitation(holder(after), { token: late.token, ...NEW })).rejects.toMatchObject({
      code: 'conflict',
      message: 'This invitation has expired. Ask for a new one.',
    })
    await expect(acceptInvitation(holder(), { token: late.token })).rejects.toMatchObject({
      code: 'bad_request',
      details: [{ path: 'name' }, { path: 'password' }],
    })
    await revokeInvitation(systemCtx(team.id), { invitationId: late.invitation.id })
    await expect(invitationPreview(late.token, new Date())).rejects.toMatchObject({ code: 'conflict' })
    await expect(invitationPreview('nothing', new Date())).rejects.toMatchObject({ code: 'not_found' })
  })

  test('of another team is not found', async () => {
    const [team, other] = [await makeTeam(), await makeTeam()]
    const { invitation } = await invitePerson(systemCtx(other.id), { email: address(), role: 'VIEWER' })
    const revoking = revokeInvitation(systemCtx(team.id), { invitationId: invitation.id })
    await expect(revoking).rejects.toMatchObject({ code: 'not_found' })
    const above = revokeInvitation(systemCtx(PLATFORM), { invitationId: invitation.id })
    await expect(above).rejects.toMatchObject({ code: 'not_found' })
  })

  test('brings a removed person back under the old id, with the new password only', async () => {
    const [team, home] = [await makeTeam(), await makeTeam()]
    const person = await makePerson({ teamId: home.id, role: 'LEAD' })
    await removePerson(systemCtx(), { personId: person.id })
    const { token } = await invitePerson(systemCtx(team.id), { email: person.email, role: 'VIEWER' })
    expect(await acceptInvitation(holder(), { token, ...NEW })).toMatchObject({ personId: person.id })
    expect(await prisma().membership.findMany({ where: { personId: person.id } })).toMatchObject([{ teamId: team.id }])
  })

  test('to the platform gives the role, ends older sign-ins, and cannot take the last administrator', async () => {
    await prisma().person.updateMany({ where: { platformRole: 'PLATFORM_ADMIN' }, data: { platformRole: null } })
    const admin = await makePerson({ platformRole: 'PLATFORM_ADMIN' })
    const demotion = await inviteToPlatform(systemCtx(), { email: admin.email, role: 'AUDITOR' })
    const demoting = acceptInvitation({ ...holder(), session: sessionOf(admin) }, { token: demotion.token })
    await expect(demoting).rejects.toMatchObject({ code: 'conflict' })
    const person = await makePerson({})
    const { token } = await inviteToPlatform(systemCtx(), { email: person.email, role: 'PLATFORM_ADMIN' })
    await acceptInvitation({ ...holder(), session: sessionOf(person) }, { token })
    expect(await prisma().session.count({ where: { personId: person.id, endedAt: null } })).toBe(0)
    await acceptInvitation({ ...holder(), session: sessionOf(admin) }, { token: demotion.token })
    expect(await prisma().person.count({ where: { platformRole: 'PLATFORM_ADMIN', removedAt: null } })).toBe(1)
  })
})
