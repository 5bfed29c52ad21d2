import type { Permission, PlatformRole, TeamRole } from '@/lib/auth/permissions'
import { DomainError } from '@/lib/core/errors'
import type { TeamSettings } from './schema'

/**
 * Decisions about teams and people. They are here, apart from the database, so that the console can explain a disabled
 * button with the sentence that the API would answer.
 */

export const INVITATION_DAYS = 7

/** Address part of a team: `Müller & Söhne` -> `muller-sohne`. Empty names of other scripts become `team`. */
export const slugOf = (name: string): string => {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '')
  return plain || 'team'
}

/** What a change of settings asks for beside `team:manage`. */
export const settingsPermissions = (change: TeamSettings): readonly Permission[] => [
  ...(change.redaction !== undefined || change.hashUserIds !== undefined ? (['redaction:manage'] as const) : []),
  ...(PLATFORM_ONLY.some((field) => change[field] !== undefined) ? (['platform:manage'] as const) : []),
]
const PLATFORM_ONLY = ['ingestPerMinute', 'newAgentsPerDay', 'newReleasesPerDay'] as const

export type InvitationState = 'open' | 'accepted' | 'revoked' | 'expired'
export const invitationState = (
  invitation: { acceptedAt: Date | null; revokedAt: Date | null; expiresAt: Date },
  now: Date,
): InvitationState => {
  if (invitation.acceptedAt) return 'accepted'
  if (invitation.revokedAt) return 'revoked'
  return invitation.expiresAt > now ? 'open' : 'expired'
}

const INVITATION_CLOSED = {
  accepted: 'This invitation was used already. Sign in, or ask for a new one.',
  revoked: 'This invitation was withdrawn. Ask for a new one.',
  expired: 'This invitation has expired. Ask for a new one.',
} as const satisfies Record<Exclude<InvitationState, 'open'>, string>

/** Throws `conflict` with the way out unless the invitation can still be accepted. */
export const requireOpen = (state: InvitationState): void => {
  if (state !== 'open') throw new DomainError('conflict', INVITATION_CLOSED[state])
}

export type Member = { role: TeamRole; groups: readonly string[] }

/**
 * The membership after a change. Groups belong to reviewers, because policies name groups to decide approvals: they
 * go when the role goes. Throws `bad_request` for groups of another role.
 */
export const changedMember = (
  before: Member,
  change: { role?: TeamRole | undefined; groups?: readonly string[] | undefined },
): Member => {
  const role = change.role ?? before.role
  if (role !== 'REVIEWER' && change.groups !== undefined && change.groups.length > 0) {
    throw new DomainError(
      'bad_request',
      'groups: only reviewers have approver groups. Make the person a reviewer first.',
      {
        details: [{ path: 'groups', message: 'Only reviewers have approver groups.' }],
      },
    )
  }
  return { role, groups: role === 'REVIEWER' ? (change.groups ?? before.groups) : [] }
}

/** Throws `conflict` when taking the role from `personId` would leave nobody who may administer the platform. */
export const requireAnotherAdmin = (adminIds: readonly string[], personId: string): void => {
  if (adminIds.some((id) => id !== personId)) return
  throw new DomainError(
    'conflict',
    'This is the last platform administrator. Make somebody else platform administrator first.',
  )
}

export const losesAdmin = (before: PlatformRole | null, after: PlatformRole | null): boolean =>
  before === 'PLATFORM_ADMIN' && after !== 'PLATFORM_ADMIN'
