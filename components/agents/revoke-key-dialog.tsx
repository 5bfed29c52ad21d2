'use client'
import { EffectDialog } from '@/components/ui/effect-dialog'
import { useToast } from '@/components/ui/toast'
import { useRevokeKey } from '@/lib/agents/hooks'
import type { KeyView } from '@/lib/agents/schema'
import { formatAgo } from '@/lib/charts/format'

export const RevokeKeyDialog = ({
  team,
  apiKey,
  now,
  onClose,
}: {
  team: string
  apiKey: KeyView
  now: Date
  onClose: () => void
}) => {
  const revoke = useRevokeKey({ team })
  const toast = useToast()
  const used =
    apiKey.lastUsedAt === null ? 'It was never used.' : `It was last used ${formatAgo(apiKey.lastUsedAt, now)}.`
  return (
    <EffectDialog
      open
      onClose={onClose}
      title={`Revoke ${apiKey.name}`}
      lead={used}
      effects={[
        { what: 'Its requests', becomes: 'refused with 401 within a second, on every server' },
        { what: 'What it sent', becomes: 'stays, with every figure made of it' },
        { what: 'Applies to', becomes: apiKey.agent === null ? 'every agent that uses this key' : apiKey.agent.name },
        { what: 'To undo', becomes: 'not possible; create another key' },
      ]}
      name={apiKey.name}
      act={`Revoke ${apiKey.name}`}
      busy={revoke.isPending}
      problem={revoke.error?.message}
      onAct={() =>
        revoke.mutate(
          { publicId: apiKey.publicId },
          {
            onSuccess: () => {
              toast.done(`Key ${apiKey.name} was revoked`, `sbx_${apiKey.publicId} is refused from now on.`)
              onClose()
            },
          },
        )
      }
    />
  )
}
