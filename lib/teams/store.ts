import 'server-only'
import { randomBytes } from 'node:crypto'
import type { PlatformRole, TeamRole } from '@/lib/auth/permissions'
import type { Tx } from '@/lib/core/db'
import { notFound } from '@/lib/core/errors'
import { randomText } from '@/lib/core/ids'
import { PlatformRoleName, TeamRoleName } from './schema'
import { tokenSha256 } from './token'

/** Write side of teams and memberships. Every lock here is taken in the order team, person, membership, session. */

/** Adds the team under the first free form of the slug: `support`, else `support-` and six random characters. */
export const insertTeam = async (tx: Tx, team: { id: string; name: string; slug: string; now: Date }) => {
  const candidates = [team.slug, ...Array.from({ length: 4 }, () => `${team.slug}-${randomText(6, SLUG_TAIL)}`)]
  for (const slug of candidates) {
    // ON CONFLICT DO NOTHING: two callers with one name never fail each other, the second gets the next candidate.
    const { count } = await tx.team.createMany({
      data: { id: team.id, name: team.name, slug, redactionSalt: randomBytes(32), createdAt: team.now },
      skipDuplicates: true,
    })
    if (count === 1) return tx.team.findUniqueOrThrow({ where: { id: team.id } })
  }
  throw new Error('No free slug after five tries.')
}
const SLUG_TAIL = 'abcdefghjkmnpqrstvwxyz23456789'

/** The team, locked against other changes; `not_found` when it is missing. */
export const lockTeam = async (tx: Tx, teamId: string) => {
  await tx.$queryRaw`SELECT 1 FROM team WHERE id = ${teamId} FOR UPDATE`
  const team = await tx.team.findUnique({ where: { id: teamId } })
  if (!team) throw notFound()
  return team
}

export const saveTeam = (tx: Tx, teamId: string, data: Parameters<Tx['team']['update']>[0]['data']) =>
  tx.team.update({ where: { id: teamId }, data })

/** The membership, locked; `not_found` for somebody who is not in this team, whether or not they exist. */
export const lockMember = async (tx: Tx, teamId: string, personId: string) => {
  await tx.$queryRaw`SELECT 1 FROM membership WHERE team_id = ${teamId} AND person_id = ${personId} FOR UPDATE`
  const member = await tx.membership.findUnique({
    where: { teamId_personId: { teamId, personId } },
    include: { person: { select: { name: true, email: true } } },
  })
  if (!member) throw notFound()
  return { ...member, role: TeamRoleName.parse(member.role) }
}

export const hasMember = async (tx: Tx, teamId: string, email: string): Promise<boolean> =>
  (await tx.membership.count({ where: { teamId, person: { email } } })) > 0

/** False when the person is in the team already. */
export const insertMember = async (
  tx: Tx,
  member: { teamId: string; personId: string; role: TeamRole; now: Date },
): Promise<boolean> => {
  const { count } = await tx.membership.createMany({
    data: { teamId: member.teamId, personId: member.personId, role: member.role, createdAt: member.now },
    skipDuplicates: true,
  })
  return count === 1
}

export const saveMember = (tx: Tx, teamId: string, personId: string, data: { role: TeamRole; groups: string[] }) =>
  tx.membership.update({ where: { teamId_personId: { teamId, personId } }, data })

export const deleteMember = (tx: Tx, teamId: string, personId: string) =>
  tx.membership.delete({ where: { teamId_personId: { teamId, personId } } })

/** Removes every membership of the person; returns the teams, sorted. */
export const deleteMemberships = async (tx: Tx, personId: string): Promise<string[]> => {
  const gone = await tx.membership.findMany({
    where: { personId },
    select: { teamId: true },
    orderBy: { teamId: 'asc' },
  })
  await tx.membership.deleteMany({ where: { personId } })
  return gone.map((row) => row.teamId)
}

/**
 * Locks every platform administrator, in the order of their ids, and returns the ids. Two callers that each take the
 * role from one of the last two wait for each other here, and the second finds one administrator only.
 */
export const lockPlatformAdmins = async (tx: Tx): Promise<string[]> => {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM person WHERE platform_role = 'PLATFORM_ADMIN' AND removed_at IS NULL ORDER BY id FOR UPDATE`
  return rows.map((row) => row.id)
}

/** The person, locked; `not_found` when missing or removed. */
export const lockPerson = async (tx: Tx, personId: string) => {
  await tx.$queryRaw`SELECT 1 FROM person WHERE id = ${personId} FOR UPDATE`
  const person = await tx.person.findUnique({ where: { id: personId } })
  if (!person || person.removedAt) throw notFound()
  return { ...person, platformRole: person.platformRole === null ? null : PlatformRoleName.parse(person.platformRole) }
}

export const savePlatformRole = (tx: Tx, personId: string, platformRole: PlatformRole | null) =>
  tx.person.update({ where: { id: personId }, data: { platformRole } })

/** The row stays, because audit entries and keys name it; it can no longer sign in. */
export const savePersonRemoved = (tx: Tx, personId: string, now: Date) =>
  tx.person.update({ where: { id: personId }, data: { removedAt: now, platformRole: null, passwordHash: null } })

/** By address, removed or not, locked until the transaction ends. */
export const lockPersonByEmail = async (tx: Tx, email: string) => {
  await tx.$queryRaw`SELECT 1 FROM person WHERE email = ${email} FOR UPDATE`
  return tx.person.findUnique({ where: { email } })
}

/** False when another caller has just taken the address. */
export const insertPerson = async (
  tx: Tx,
  person: { id: string; email: string; name: string; passwordHash: string; now: Date },
): Promise<boolean> => {
  const { count } = await tx.person.createMany({
    data: {
      id: person.id,
      email: person.email,
      name: person.name,
      passwordHash: person.passwordHash,
      createdAt: person.now,
    },
    skipDuplicates: true,
  })
  return count === 1
}

export const saveReturned = (tx: Tx, personId: string, data: { name: string; passwordHash: string }) =>
  tx.person.update({ where: { id: personId }, data: { ...data, removedAt: null, platformRole: null } })

export const insertInvitation = (tx: Tx, data: Parameters<Tx['invitation']['create']>[0]['data']) =>
  tx.invitation.create({ data })

/** The invitation, locked, of this team (null = platform); `not_found` otherwise. */
export const lockInvitation = async (tx: Tx, teamId: string | null, id: string) => {
  await tx.$queryRaw`SELECT 1 FROM invitation WHERE id = ${id} FOR UPDATE`
  const invitation = await tx.invitation.findFirst({ where: { id, teamId } })
  if (!invitation) throw notFound()
  return invitation
}

/** By the token of its link; whoever comes second waits here and finds it accepted. */
export const lockInvitationByToken = async (tx: Tx, token: string) => {
  const sha = tokenSha256(token)
  await tx.$queryRaw`SELECT 1 FROM invitation WHERE token_sha256 = ${sha} FOR UPDATE`
  const invitation = await tx.invitation.findUnique({ where: { tokenSha256: sha } })
  if (!invitation) throw notFound()
  return invitation
}

export const saveInvitation = (tx: Tx, id: string, data: { acceptedAt: Date } | { revokedAt: Date }) =>
  tx.invitation.update({ where: { id }, data })
