'use client'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { FormMessage } from '@/components/ui/form-message'
import { TextField } from '@/components/ui/text-field'
import { useCreateAgent } from '@/lib/agents/hooks'
import type { AgentView } from '@/lib/agents/schema'
import { formProblem } from '@/components/ui/form-problem'
import { IdleLimitField, type IdleLimit, idleLimitSec } from './idle-limit-field'

export const CreateAgentDialog = ({
  team,
  onClose,
  onCreated,
}: {
  team: string
  onClose: () => void
  onCreated: (agent: AgentView) => void
}) => {
  const create = useCreateAgent({ team })
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const [idle, setIdle] = useState<IdleLimit>({ amount: '24', unit: 'hours' })
  return (
    <Dialog open onClose={onClose} title="Create agent">
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (create.isPending) return
          create.mutate({ name, description, idleLimitSec: idleLimitSec(idle) }, { onSuccess: onCreated })
        }}
      >
        <TextField
          label="Name"
          name="name"
          hint="Exactly as its events name it. It cannot be changed later."
          required
          autoFocus
          spellCheck={false}
          value={name}
          problem={create.error?.fieldMessage('name')}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label="What it does"
          name="description"
          value={description}
          problem={create.error?.fieldMessage('description')}
          onChange={(event) => setDescription(event.target.value)}
        />
        <IdleLimitField value={idle} onChange={setIdle} problem={create.error?.fieldMessage('idleLimitSec')} />
        <FormMessage>{formProblem(create.error)}</FormMessage>
        <span className="flex gap-2">
          <Button type="submit" tone="primary" busy={create.isPending}>
            Create agent
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </span>
      </form>
    </Dialog>
  )
}
