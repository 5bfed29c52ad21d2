'use client'
import { EffectDialog } from '@/components/ui/effect-dialog'
import { useToast } from '@/components/ui/toast'
import { useRemoveMember } from '@/lib/teams/hooks'
import type { MemberView } from '@/lib/teams/schema'

export const RemoveMemberDialog = ({
  team,
  member,
  onClose,
}: {
  team: { slug: string; name: string }
  member: MemberView
  onClose: () => void
}) => {
  const remove = useRemoveMember({ team: team.slug })
  const toast = useToast()
  return (
    <EffectDialog
      open
      onClose={onClose}
      title={`Remove ${member.name}`}
      lead={`From ${team.name} only; the account and other teams stay.`}
      effects={[
        { what: 'Their sign-ins', becomes: 'end within a second, on every server' },
        { what: 'Keys they made', becomes: 'keep working; revoke them on the Agents page' },
        { what: 'What they did', becomes: 'stays in the audit log' },
        { what: 'To undo', becomes: 'invite them again' },
      ]}
      name={member.name}
      act={`Remove ${member.name}`}
      busy={remove.isPending}
      problem={remove.error?.message}
      onAct={() =>
        remove.mutate(
          { personId: member.personId },
          {
            onSuccess: () => {
              toast.done(`${member.name} was removed from ${team.name}`)
              onClose()
            },
          },
        )
      }
    />
  )
}
