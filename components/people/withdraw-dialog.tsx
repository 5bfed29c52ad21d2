'use client'
import { ROLE_NAMES } from '@/components/frame/viewer'
import { EffectDialog } from '@/components/ui/effect-dialog'
import { useToast } from '@/components/ui/toast'
import { useRevokeInvitation } from '@/lib/teams/hooks'
import type { InvitationView } from '@/lib/teams/schema'

export const WithdrawDialog = ({
  team,
  invitation,
  onClose,
}: {
  /** Undefined: it is an invitation to the platform. */
  team: string | undefined
  invitation: InvitationView
  onClose: () => void
}) => {
  const revoke = useRevokeInvitation(team === undefined ? {} : { team })
  const toast = useToast()
  return (
    <EffectDialog
      open
      onClose={onClose}
      title="Withdraw the invitation"
      lead={`Of ${invitation.email}, as ${ROLE_NAMES[invitation.role]}.`}
      effects={[
        { what: 'The link', becomes: 'stops working at once' },
        { what: 'To undo', becomes: 'make another invitation' },
      ]}
      name={invitation.email}
      act="Withdraw invitation"
      busy={revoke.isPending}
      problem={revoke.error?.message}
      onAct={() =>
        revoke.mutate(
          { invitationId: invitation.id },
          {
            onSuccess: () => {
              toast.done('The invitation was withdrawn', invitation.email)
              onClose()
            },
          },
        )
      }
    />
  )
}
