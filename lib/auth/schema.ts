import { z } from 'zod'
import { personal } from '@/lib/core/personal'
import { Email, NewPassword, PersonName, TeamName } from '@/lib/teams/schema'

export const PersonAudit = z.object({ id: z.string(), email: personal(Email), name: personal(PersonName) })

export const SetupInput = z.object({
  code: z.string().min(1, 'Enter the setup code that npm start printed.').max(200),
  email: Email,
  name: PersonName,
  password: NewPassword,
  teamName: TeamName,
})
export type SetupInput = z.output<typeof SetupInput>

export const SetupState = z.object({ needed: z.boolean() })
export const SetupDone = z.object({ personId: z.string(), teamId: z.string(), teamSlug: z.string() })

export const PasswordChange = z.object({ currentPassword: z.string().max(256), newPassword: NewPassword })
export const PasswordConfirm = z.object({ password: z.string().max(256) })

const Team = z.object({ id: z.string(), slug: z.string(), name: z.string() })
/** Who is signed in, as the console needs it. */
export const SessionView = z.object({
  person: z.object({ id: z.string(), name: z.string(), email: z.string(), platformRole: z.string().nullable() }),
  team: Team.nullable(),
  role: z.string().nullable(),
  memberships: z.array(Team.extend({ role: z.string(), groups: z.array(z.string()).readonly() })).readonly(),
  permissions: z.array(z.string()),
  authTime: z.iso.datetime(),
})

export const SessionsEnded = z.object({ ended: z.number() })
export const Health = z.object({ status: z.literal('ok') })
