'use client'
import { useState } from 'react'
import { ROLE_CHOICES } from '@/components/people/role-choices'
import { ROLE_NAMES } from '@/components/frame/viewer'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { FormMessage } from '@/components/ui/form-message'
import { SelectField } from '@/components/ui/select-field'
import { useToast } from '@/components/ui/toast'
import { useChangeMember } from '@/lib/teams/hooks'
import type { MemberView } from '@/lib/teams/schema'

export const ChangeRoleDialog = ({
  team,
  member,
  onClose,
}: {
  team: { slug: string; name: string }
  member: MemberView
  onClose: () => void
}) => {
  const change = useChangeMember({ team: team.slug })
  const toast = useToast()
  const [role, setRole] = useState(member.role)
  const save = () =>
    change.mutate(
      { personId: member.personId, role },
      {
        onSuccess: () => {
          toast.done(`${member.name} is ${ROLE_NAMES[role]} of ${team.name} now`)
          onClose()
        },
      },
    )
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Role of ${member.name}`}
      description="A change signs the person out everywhere; the new role counts from the next sign-in."
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (!change.isPending && role !== member.role) save()
        }}
      >
        <SelectField
          label={`Role in ${team.name}`}
          name="role"
          value={role}
          onChange={setRole}
          choices={ROLE_CHOICES}
        />
        <FormMessage>{change.error?.message}</FormMessage>
        <span className="flex flex-wrap gap-2">
          {role === member.role ? (
            <Button type="submit" tone="primary" offBecause="Choose another role.">
              Save role
            </Button>
          ) : (
            <Button type="submit" tone="primary" busy={change.isPending}>
              Save role
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
        </span>
      </form>
    </Dialog>
  )
}
