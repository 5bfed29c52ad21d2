'use client'
import type { UseMutationResult } from '@tanstack/react-query'
import { useState } from 'react'
import { ROLE_NAMES } from '@/components/frame/viewer'
import { Button } from '@/components/ui/button'
import { CopyField } from '@/components/ui/copy-field'
import { Dialog } from '@/components/ui/dialog'
import { FormMessage } from '@/components/ui/form-message'
import { formProblem } from '@/components/ui/form-problem'
import { SelectField, type Choice } from '@/components/ui/select-field'
import { TextField } from '@/components/ui/text-field'
import type { PlatformRole, TeamRole } from '@/lib/auth/permissions'
import { formatTime } from '@/lib/charts/format'
import type { ApiError } from '@/lib/http/client'
import { paths } from '@/lib/paths'
import { useInvitePerson, useInviteToPlatform } from '@/lib/teams/hooks'
import type { NewInvitation } from '@/lib/teams/schema'
import { PLATFORM_ROLE_CHOICES, ROLE_CHOICES } from './role-choices'

type AnyRole = TeamRole | PlatformRole
type Invite<Role extends AnyRole> = UseMutationResult<NewInvitation, ApiError, { email: string; role: Role }>

export const InviteToTeam = ({ team, onClose }: { team: { slug: string; name: string }; onClose: () => void }) => (
  <InviteDialog<TeamRole>
    where={team.name}
    roleLabel={`Role in ${team.name}`}
    choices={ROLE_CHOICES}
    invite={useInvitePerson({ team: team.slug })}
    onClose={onClose}
  />
)

export const InviteToPlatform = ({ onClose }: { onClose: () => void }) => (
  <InviteDialog<PlatformRole>
    where="the platform"
    roleLabel="Role in every team"
    choices={PLATFORM_ROLE_CHOICES}
    invite={useInviteToPlatform()}
    onClose={onClose}
  />
)

/** Address and role, then the link to hand over. Signalbox sends no mail: whoever invites passes the link on. */
const InviteDialog = <Role extends AnyRole>({
  where,
  roleLabel,
  choices,
  invite,
  onClose,
}: {
  where: string
  roleLabel: string
  /** The first one, which may least, is chosen already. */
  choices: readonly [Choice<Role>, ...Choice<Role>[]]
  invite: Invite<Role>
  onClose: () => void
}) => {
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Role>(choices[0].value)
  if (invite.data) return <LinkDialog made={invite.data} where={where} onClose={onClose} />
  return (
    <Dialog open onClose={onClose} title={`Invite to ${where}`}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (!invite.isPending) invite.mutate({ email, role })
        }}
      >
        <TextField
          label="E-mail"
          name="email"
          type="email"
          autoComplete="off"
          hint="Only the holder of this address can use the link. Nothing is sent: you pass the link on."
          required
          autoFocus
          value={email}
          problem={invite.error?.fieldMessage('email')}
          onChange={(event) => setEmail(event.target.value)}
        />
        <SelectField label={roleLabel} name="role" value={role} onChange={setRole} choices={choices} />
        <FormMessage>{formProblem(invite.error)}</FormMessage>
        <span className="flex gap-2">
          <Button type="submit" tone="primary" busy={invite.isPending}>
            Make invitation link
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </span>
      </form>
    </Dialog>
  )
}

const LinkDialog = ({ made, where, onClose }: { made: NewInvitation; where: string; onClose: () => void }) => (
  <Dialog
    open
    locked
    onClose={onClose}
    title={`Link for ${made.invitation.email}`}
    description={`Joins ${where} as ${ROLE_NAMES[made.invitation.role]}. Works once, until ${formatTime(made.invitation.expiresAt, new Date())} UTC.`}
  >
    <div className="flex flex-col gap-4">
      <CopyField
        label="Invitation link"
        value={`${window.location.origin}${paths.invitation(made.token)}`}
        what="Invitation link"
        hint="Shown this once. If it is lost, withdraw the invitation and make another."
      />
      <span>
        <Button tone="primary" onClick={onClose}>
          Done
        </Button>
      </span>
    </div>
  </Dialog>
)
