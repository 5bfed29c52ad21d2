'use client'
import { useState } from 'react'
import { ROLE_NAMES } from '@/components/frame/viewer'
import { Button } from '@/components/ui/button'
import { CopyField } from '@/components/ui/copy-field'
import { Dialog } from '@/components/ui/dialog'
import { FormMessage } from '@/components/ui/form-message'
import { formProblem } from '@/components/ui/form-problem'
import { SelectField } from '@/components/ui/select-field'
import { TextField } from '@/components/ui/text-field'
import type { TeamRole } from '@/lib/auth/permissions'
import { formatTime } from '@/lib/charts/format'
import { paths } from '@/lib/paths'
import { useInvitePerson } from '@/lib/teams/hooks'
import type { NewInvitation } from '@/lib/teams/schema'
import { ROLE_CHOICES } from './role-choices'

/** Address and role, then the link to hand over. Signalbox sends no mail: whoever invites passes the link on. */
export const InviteDialog = ({ team, onClose }: { team: { slug: string; name: string }; onClose: () => void }) => {
  const invite = useInvitePerson({ team: team.slug })
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<TeamRole>('VIEWER')
  if (invite.data) return <LinkDialog made={invite.data} team={team.name} onClose={onClose} />
  return (
    <Dialog open onClose={onClose} title={`Invite to ${team.name}`}>
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
        <SelectField
          label={`Role in ${team.name}`}
          name="role"
          value={role}
          onChange={setRole}
          choices={ROLE_CHOICES}
        />
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

const LinkDialog = ({ made, team, onClose }: { made: NewInvitation; team: string; onClose: () => void }) => (
  <Dialog
    open
    locked
    onClose={onClose}
    title={`Link for ${made.invitation.email}`}
    description={`Joins ${team} as ${ROLE_NAMES[made.invitation.role]}. Works once, until ${formatTime(made.invitation.expiresAt, new Date())} UTC.`}
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
