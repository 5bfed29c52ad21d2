'use client'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { FormMessage } from '@/components/ui/form-message'
import { SelectField } from '@/components/ui/select-field'
import { useRotateKey } from '@/lib/agents/hooks'
import type { KeyView, NewKey } from '@/lib/agents/schema'

type Overlap = '0' | '3600' | '86400' | '604800'

/** A new secret for the same work. The old one keeps working for the overlap, so that nothing stops in between. */
export const RotateKeyDialog = ({
  team,
  apiKey,
  onClose,
  onRotated,
}: {
  team: string
  apiKey: KeyView
  onClose: () => void
  onRotated: (made: NewKey) => void
}) => {
  const rotate = useRotateKey({ team })
  const [overlap, setOverlap] = useState<Overlap>('86400')
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Rotate ${apiKey.name}`}
      description="Makes a new key with the same rights. Put it where the old one is before the old one ends."
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (rotate.isPending) return
          rotate.mutate({ publicId: apiKey.publicId, overlapSec: Number(overlap) }, { onSuccess: onRotated })
        }}
      >
        <SelectField
          label="The old key works for"
          name="overlap"
          value={overlap}
          onChange={setOverlap}
          choices={[
            { value: '86400', label: '1 day' },
            { value: '3600', label: '1 hour' },
            { value: '604800', label: '7 days' },
            { value: '0', label: 'no time: it ends at once' },
          ]}
        />
        <FormMessage>{rotate.error?.message}</FormMessage>
        <span className="flex gap-2">
          <Button type="submit" tone="primary" busy={rotate.isPending}>
            Rotate {apiKey.name}
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </span>
      </form>
    </Dialog>
  )
}
