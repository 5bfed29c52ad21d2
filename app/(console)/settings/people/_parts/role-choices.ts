import { ROLE_NAMES, ROLE_NOTES } from '@/components/frame/viewer'
import type { Choice } from '@/components/ui/select-field'
import type { TeamRole } from '@/lib/auth/permissions'

const choice = (role: TeamRole): Choice<TeamRole> => ({
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
