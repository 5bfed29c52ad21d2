'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { FormMessage } from '@/components/ui/form-message'
import { formProblem } from '@/components/ui/form-problem'
import { TextField } from '@/components/ui/text-field'
import { useToast } from '@/components/ui/toast'
import { useChangeTeam } from '@/lib/teams/hooks'
import type { TeamView } from '@/lib/teams/schema'

export const NameForm = ({ team }: { team: TeamView }) => {
  const change = useChangeTeam({ team: team.slug })
  const toast = useToast()
  const router = useRouter()
  const [name, setName] = useState(team.name)
  const save = () =>
    change.mutate(
      { name },
      {
        onSuccess: (saved) => {
          setName(saved.name)
          toast.done(`The team is called ${saved.name} now`)
          router.refresh() // the team switcher is drawn by the server
        },
      },
    )
  return (
    <form
      className="flex max-w-96 flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (!change.isPending && name !== team.name) save()
      }}
    >
      <TextField
        label="Name"
        name="name"
        required
        autoComplete="off"
        value={name}
        hint={
          <>
            Addresses keep <code className="font-mono">{team.slug}</code>, so links go on working.
          </>
        }
        problem={change.error?.fieldMessage('name')}
        onChange={(event) => setName(event.target.value)}
      />
      <FormMessage>{formProblem(change.error)}</FormMessage>
      {name === team.name ? (
        <Button type="submit" tone="primary" offBecause="Nothing is changed.">
          Save name
        </Button>
      ) : (
        <span>
          <Button type="submit" tone="primary" busy={change.isPending}>
            Save name
          </Button>
        </span>
      )}
    </form>
  )
}
