import type { PlatformRole, TeamRole } from '@/lib/auth/permissions'

/** What the frame knows of the person who looks. Plain data: it crosses from the server to the browser. */
export type ViewerTeam = { id: string; slug: string; name: string; role: TeamRole | null }
export type Viewer = {
  name: string
  email: string
  platformRole: PlatformRole | null
  /** By name; every team for platform roles. */
  teams: readonly ViewerTeam[]
}

/** The team that the URL names, or the first one; undefined when there is none or the name is of no team of theirs. */
export const teamOf = (teams: readonly ViewerTeam[], slug: string | null | undefined): ViewerTeam | undefined =>
  slug ? teams.find((team) => team.slug === slug) : teams[0]

export const ROLE_NAMES = {
  PLATFORM_ADMIN: 'platform administrator',
  AUDITOR: 'auditor',
  LEAD: 'lead',
  REVIEWER: 'reviewer',
  ENGINEER: 'engineer',
  VIEWER: 'viewer',
} as const satisfies Record<TeamRole | PlatformRole, string>

export const ROLE_NOTES = {
  PLATFORM_ADMIN: 'everything, in every team',
  AUDITOR: 'reads every team, changes nothing',
  LEAD: 'agents, all keys and the people of the team',
  REVIEWER: 'reads, and decides approvals',
  ENGINEER: 'agents and keys outside production',
  VIEWER: 'reads',
} as const satisfies Record<TeamRole | PlatformRole, string>
