'use client'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { CheckboxField } from '@/components/ui/checkbox-field'
import { FormMessage } from '@/components/ui/form-message'
import { formProblem } from '@/components/ui/form-problem'
import { TextField } from '@/components/ui/text-field'
import { useToast } from '@/components/ui/toast'
import { useChangeAgent } from '@/lib/agents/hooks'
import type { AgentView } from '@/lib/agents/schema'
import { IdleLimitField, idleLimitOf, idleLimitSec } from '../../_parts/idle-limit-field'

export const ChangeAgentForm = ({ team, agent, onDone }: { team: string; agent: AgentView; onDone: () => void }) => {
  const change = useChangeAgent({ team })
  const toast = useToast()
  const [description, setDescription] = useState(agent.description)
  const [idle, setIdle] = useState(idleLimitOf(agent.idleLimitSec))
  const [traceIsInteraction, setTraceIsInteraction] = useState(agent.traceIsInteraction)
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (change.isPending) return
        change.mutate(
          { agentId: agent.id, description, idleLimitSec: idleLimitSec(idle), traceIsInteraction },
          {
            onSuccess: () => {
              toast.done(`${agent.name} was changed`)
              onDone()
            },
          },
        )
      }}
    >
      <TextField
        label="What it does"
        name="description"
        autoFocus
        value={description}
        problem={change.error?.fieldMessage('description')}
        onChange={(event) => setDescription(event.target.value)}
      />
      <IdleLimitField value={idle} onChange={setIdle} problem={change.error?.fieldMessage('idleLimitSec')} />
      <CheckboxField
        label="One trace is one interaction"
        note="For senders that name no session. Counts for traces that arrive from now on; a span that names an interaction still wins."
        checked={traceIsInteraction}
        onChange={setTraceIsInteraction}
      />
      <FormMessage>{formProblem(change.error)}</FormMessage>
      <span className="flex gap-2">
        <Button type="submit" tone="primary" busy={change.isPending}>
          Save agent
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </span>
    </form>
  )
}
