import { ROLE_NAMES, ROLE_NOTES } from '@/components/frame/viewer'
import type { Choice } from '@/components/ui/select-field'
import type { PlatformRole, TeamRole } from '@/lib/auth/permissions'

const choice = <Role extends TeamRole | PlatformRole>(role: Role): Choice<Role> => ({
  value: role,
  label: ROLE_NAMES[role],
  note: ROLE_NOTES[role],
})

/** Roles of a team, the one that may least first. */
export const ROLE_CHOICES: readonly [Choice<TeamRole>, ...Choice<TeamRole>[]] = [
  choice('VIEWER'),
  choice('ENGINEER'),
  choice('REVIEWER'),
  choice('LEAD'),
]

export const PLATFORM_ROLE_CHOICES: readonly [Choice<PlatformRole>, ...Choice<PlatformRole>[]] = [
  choice('AUDITOR'),
  choice('PLATFORM_ADMIN'),
]
