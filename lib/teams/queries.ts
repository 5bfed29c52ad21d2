import 'server-only'
import { z } from 'zod'
import { type Ctx, PLATFORM } from '@/lib/core/context'
import { prisma } from '@/lib/core/db'
import { notFound } from '@/lib/core/errors'
import { requirePermission } from '@/lib/core/mutation'
import { requirePlatform } from '@/lib/core/place'
import { decodeCursor, type Page, type PageQuery, toPage } from '@/lib/core/page'
import { IdText, lineAsSent } from '@/lib/core/text'
import { RedactionConfig } from '@/lib/redaction/schema'
import { invitationState, requireOpen } from './rules'
import {
  AnyRole,
  type InvitationPreview,
  type InvitationView,
  type MemberView,
  type PersonView,
  PlatformRoleName,
  TeamRoleName,
  type TeamSummary,
  type TeamView,
} from './schema'
import { tokenSha256 } from './token'

const ByText = z.tuple([lineAsSent(200), IdText])

/** Teams of the signed-in person, or every team for platform roles; by name. */
export const teamPage = async (ctx: Ctx, query: PageQuery): Promise<Page<TeamSummary>> => {
  requirePlatform(ctx)
  const personId = ctx.actor.id
  const all = ctx.permissions.has('team:read') // above teams only platform roles have it
  const after = decodeCursor(query.cursor, ByText)
  const rows = await prisma().team.findMany({
    where: {
      ...(all ? {} : { memberships: { some: { personId } } }),
      ...(after ? { OR: [{ name: { gt: after[0] } }, { name: after[0], id: { gt: after[1] } }] } : {}),
    },
    include: { memberships: { where: { personId }, select: { role: true } } },
    orderBy: [{ name: 'asc' }, { id: 'asc' }],
    take: query.limit + 1,
  })
  return toPage(
    rows,
    query.limit,
    (row) => ({
      id: row.id,
      slug: row.slug,
      name: row.name,
      role: row.memberships[0] ? TeamRoleName.parse(row.memberships[0].role) : null,
      createdAt: row.createdAt.toISOString(),
    }),
    (row) => [row.name, row.id],
  )
}

/** The team acted in, with its settings. */
export const oneTeam = async (ctx: Ctx): Promise<TeamView> => {
  requirePermission(ctx, 'team:read')
  const row = await prisma().team.findUnique({ where: { id: ctx.teamId } })
  if (!row) throw notFound()
  return teamView(row)
}

export const teamView = (row: {
  id: string
  slug: string
  name: string
  redaction: unknown
  hashUserIds: boolean
  payloadMaxBytes: number
  ingestPerMinute: number | null
  newAgentsPerDay: number
  newReleasesPerDay: number
  createdAt: Date
}): TeamView => ({
  id: row.id,
  slug: row.slug,
  name: row.name,
  redaction: RedactionConfig.parse(row.redaction),
  hashUserIds: row.hashUserIds,
  payloadMaxBytes: row.payloadMaxBytes,
  ingestPerMinute: row.ingestPerMinute,
  newAgentsPerDay: row.newAgentsPerDay,
  newReleasesPerDay: row.newReleasesPerDay,
  createdAt: row.createdAt.toISOString(),
})

/** People of the team, by name. */
export const memberPage = async (ctx: Ctx, query: PageQuery): Promise<Page<MemberView>> => {
  requirePermission(ctx, 'people:read')
  const after = decodeCursor(query.cursor, ByText)
  const rows = await prisma().membership.findMany({
    where: {
      teamId: ctx.teamId,
      ...(after
        ? { OR: [{ person: { name: { gt: after[0] } } }, { person: { name: after[0] }, personId: { gt: after[1] } }] }
        : {}),
    },
    include: { person: { select: { name: true, email: true } } },
    orderBy: [{ person: { name: 'asc' } }, { personId: 'asc' }],
    take: query.limit + 1,
  })
  return toPage(rows, query.limit, memberView, (row) => [row.person.name, row.personId])
}

export const memberView = (row: {
  personId: string
  role: string
  groups: string[]
  createdAt: Date
  person: { name: string; email: string }
}): MemberView => ({
  personId: row.personId,
  name: row.person.name,
  email: row.person.email,
  role: TeamRoleName.parse(row.role),
  groups: row.groups,
  joinedAt: row.createdAt.toISOString(),
})

/** Everybody with an account, by name; for platform roles. */
export const personPage = async (ctx: Ctx, query: PageQuery): Promise<Page<PersonView>> => {
  requirePlatform(ctx)
  requirePermission(ctx, 'people:read')
  const after = decodeCursor(query.cursor, ByText)
  const rows = await prisma().person.findMany({
    where: {
      removedAt: null,
      ...(after ? { OR: [{ name: { gt: after[0] } }, { name: after[0], id: { gt: after[1] } }] } : {}),
    },
    include: { _count: { select: { memberships: true } } },
    orderBy: [{ name: 'asc' }, { id: 'asc' }],
    take: query.limit + 1,
  })
  return toPage(rows, query.limit, personView, (row) => [row.name, row.id])
}

export const personView = (row: {
  id: string
  name: string
  email: string
  platformRole: string | null
  createdAt: Date
  _count: { memberships: number }
}): PersonView => ({
  personId: row.id,
  name: row.name,
  email: row.email,
  platformRole: row.platformRole === null ? null : PlatformRoleName.parse(row.platformRole),
  teams: row._count.memberships,
  createdAt: row.createdAt.toISOString(),
})

const ByTime = z.tuple([z.iso.datetime(), IdText])

/** Invitations of the team, or to the platform for a platform session; newest first. Never the token. */
export const invitationPage = async (ctx: Ctx, query: PageQuery): Promise<Page<InvitationView>> => {
  requirePermission(ctx, 'people:read')
  const after = decodeCursor(query.cursor, ByTime)
  const at = after && new Date(after[0])
  const rows = await prisma().invitation.findMany({
    where: {
      teamId: invitationTeam(ctx),
      ...(after && at ? { OR: [{ createdAt: { lt: at } }, { createdAt: at, id: { lt: after[1] } }] } : {}),
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: query.limit + 1,
  })
  return toPage(
    rows,
    query.limit,
    (row) => invitationView(row, ctx.now),
    (row) => [row.createdAt.toISOString(), row.id],
  )
}

/** Invitations above teams have no team. */
export const invitationTeam = (ctx: Ctx): string | null => (ctx.teamId === PLATFORM ? null : ctx.teamId)

export const invitationView = (
  row: {
    id: string
    email: string
    role: string
    invitedBy: string
    expiresAt: Date
    acceptedAt: Date | null
    revokedAt: Date | null
    createdAt: Date
  },
  now: Date,
): InvitationView => ({
  id: row.id,
  email: row.email,
  role: AnyRole.parse(row.role),
  state: invitationState(row, now),
  invitedBy: row.invitedBy,
  expiresAt: row.expiresAt.toISOString(),
  createdAt: row.createdAt.toISOString(),
})

/**
 * What a link offers, for whoever holds it. Throws `not_found` for an unknown token and `conflict` for a used,
 * withdrawn or expired one.
 */
export const invitationPreview = async (token: string, now: Date): Promise<InvitationPreview> => {
  const row = await openInvitation(token, now)
  return {
    teamName: row.team?.name ?? null,
    role: AnyRole.parse(row.role),
    email: row.email,
    expiresAt: row.expiresAt.toISOString(),
    next: row.person ? 'sign-in' : 'sign-up',
  }
}

/** The open invitation of a token, with the account of its address, if there is one. */
export const openInvitation = async (token: string, now: Date) => {
  const row = await prisma().invitation.findUnique({
    where: { tokenSha256: tokenSha256(token) },
    include: { team: { select: { name: true } } },
  })
  if (!row) throw notFound()
  requireOpen(invitationState(row, now))
  const person = await prisma().person.findFirst({ where: { email: row.email, removedAt: null }, select: { id: true } })
  return { ...row, person }
}
