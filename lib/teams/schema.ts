import { z } from 'zod'
import { PLATFORM_ROLES, TEAM_ROLES } from '@/lib/auth/permissions'
import { personal } from '@/lib/core/personal'
import { IdText, line } from '@/lib/core/text'
import { pageOf } from '@/lib/core/page'
import { RedactionConfig } from '@/lib/redaction/schema'

/** Contract of teams, people and invitations. Times are ISO 8601 in UTC. */

const Time = z.iso.datetime()

export const TeamName = line(80)
export const PersonName = line(80)
/** Stored in lower case: one person, one address. */
export const Email = z.string().trim().toLowerCase().max(254).pipe(z.email('Write an e-mail address.'))
/** Long enough to resist guessing; no composition rules, they make worse passwords. */
export const NewPassword = z.string().min(12, 'Use at least 12 characters.').max(256)

export const TeamRoleName = z.enum(TEAM_ROLES)
export const PlatformRoleName = z.enum(PLATFORM_ROLES)
export const AnyRole = z.enum([...TEAM_ROLES, ...PLATFORM_ROLES])
/** Approver groups: free names per team, which policies refer to. */
export const Groups = z
  .array(z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'Use lower-case letters, digits and hyphens, at most 40.'))
  .max(20)
  .transform((groups) => [...new Set(groups)].sort())

export const TeamSummary = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  /** The caller's role in the team; null for people who see it through their platform role only. */
  role: TeamRoleName.nullable(),
  createdAt: Time,
})
export type TeamSummary = z.infer<typeof TeamSummary>
export const TeamPage = pageOf(TeamSummary)

export const TeamView = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  /** What is removed before anything is stored. */
  redaction: RedactionConfig,
  /** Store a keyed hash in place of each user id. */
  hashUserIds: z.boolean(),
  /** Longest stored input or output in bytes; longer ones are cut and flagged. */
  payloadMaxBytes: z.int(),
  /** Events a minute the team may send; null = no limit. */
  ingestPerMinute: z.int().nullable(),
  /** Agents and releases that telemetry may register on first sight, a UTC day. */
  newAgentsPerDay: z.int(),
  newReleasesPerDay: z.int(),
  createdAt: Time,
})
export type TeamView = z.infer<typeof TeamView>

export const TeamParams = z.object({ teamId: IdText })
export const TeamCreate = z.strictObject({ name: TeamName })

export const TeamSettings = z.strictObject({
  name: TeamName.optional(),
  redaction: RedactionConfig.refine(
    (config) => !JSON.stringify(config).includes('\\u0000'),
    'Use text without U+0000.',
  ).optional(),
  hashUserIds: z.boolean().optional(),
  payloadMaxBytes: z.int().min(1024).max(16_777_216).optional(),
  /** These three are changed by platform administrators only: they protect the other teams. */
  ingestPerMinute: z.int().min(1).max(10_000_000).nullable().optional(),
  newAgentsPerDay: z.int().min(0).max(100_000).optional(),
  newReleasesPerDay: z.int().min(0).max(100_000).optional(),
})
export type TeamSettings = z.output<typeof TeamSettings>

export const MemberView = z.object({
  personId: z.string(),
  name: personal(z.string()),
  email: personal(z.string()),
  role: TeamRoleName,
  groups: z.array(z.string()),
  joinedAt: Time,
})
export type MemberView = z.infer<typeof MemberView>
export const MemberPage = pageOf(MemberView)

export const PersonParams = z.object({ personId: IdText })
export const MemberChange = z.strictObject({ role: TeamRoleName.optional(), groups: Groups.optional() })

export const PersonView = z.object({
  personId: z.string(),
  name: personal(z.string()),
  email: personal(z.string()),
  platformRole: PlatformRoleName.nullable(),
  teams: z.int(),
  createdAt: Time,
})
export type PersonView = z.infer<typeof PersonView>
export const PersonPage = pageOf(PersonView)
export const PlatformRoleChange = z.strictObject({ platformRole: PlatformRoleName.nullable() })
export const PlatformRoleView = z.object({ personId: z.string(), platformRole: PlatformRoleName.nullable() })
export type PlatformRoleView = z.infer<typeof PlatformRoleView>

export const INVITATION_STATES = ['open', 'accepted', 'revoked', 'expired'] as const
export const InvitationView = z.object({
  id: z.string(),
  email: personal(z.string()),
  role: AnyRole,
  state: z.enum(INVITATION_STATES),
  invitedBy: z.string(),
  expiresAt: Time,
  createdAt: Time,
})
export type InvitationView = z.infer<typeof InvitationView>
export const InvitationPage = pageOf(InvitationView)

export const TeamInvitation = z.strictObject({ email: Email, role: TeamRoleName })
export const PlatformInvitation = z.strictObject({ email: Email, role: PlatformRoleName })
/** `token` is shown this once; only its hash is stored. The console puts it into the link to copy. */
export const NewInvitation = z.object({ invitation: InvitationView, token: z.string() })
export type NewInvitation = z.infer<typeof NewInvitation>
export const InvitationParams = z.object({ invitationId: IdText })

export const InvitationToken = z.string().min(1).max(100)
export const InvitationPreviewBody = z.strictObject({ token: InvitationToken })
export const InvitationPreview = z.object({
  /** Null for an invitation to the platform. */
  teamName: z.string().nullable(),
  role: AnyRole,
  email: z.string(),
  expiresAt: Time,
  /** `sign-in`: the address has an account; sign in with it, then accept. `sign-up`: send name and password. */
  next: z.enum(['sign-in', 'sign-up']),
})
export type InvitationPreview = z.infer<typeof InvitationPreview>

export const InvitationAcceptance = z.strictObject({
  token: InvitationToken,
  /** Both for a new person only. */
  name: PersonName.optional(),
  password: NewPassword.optional(),
})
export const Accepted = z.object({ personId: z.string(), teamId: z.string().nullable(), role: z.string() })
export type Accepted = z.infer<typeof Accepted>
