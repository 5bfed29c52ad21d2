'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { FormMessage } from '@/components/ui/form-message'
import { formProblem } from '@/components/ui/form-problem'
import { TextField } from '@/components/ui/text-field'
import { useToast } from '@/components/ui/toast'
import { useCreateTeam } from '@/lib/teams/hooks'

export const CreateTeamDialog = ({ onClose }: { onClose: () => void }) => {
  const create = useCreateTeam()
  const toast = useToast()
  const router = useRouter()
  const [name, setName] = useState('')
  return (
    <Dialog open onClose={onClose} title="Create team" description="A team owns agents, keys and people.">
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (create.isPending) return
          create.mutate(
            { name },
            {
              onSuccess: (team) => {
                toast.done(`Team ${team.name} was created`, 'Invite a lead to it from its people.')
                router.refresh() // the team switcher is drawn by the server
                onClose()
              },
            },
          )
        }}
      >
        <TextField
          label="Name"
          name="name"
          required
          autoFocus
          value={name}
          problem={create.error?.fieldMessage('name')}
          onChange={(event) => setName(event.target.value)}
        />
        <FormMessage>{formProblem(create.error)}</FormMessage>
        <span className="flex gap-2">
          <Button type="submit" tone="primary" busy={create.isPending}>
            Create team
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </span>
      </form>
    </Dialog>
  )
}
