'use client'
import { Button } from '@/components/ui/button'
import { CopyField } from '@/components/ui/copy-field'
import { Dialog } from '@/components/ui/dialog'
import type { NewKey } from '@/lib/agents/schema'

/** The one time that a secret is seen. Escape and a click beside it do not close it: there is no second time. */
export const SecretDialog = ({ made, onClose }: { made: NewKey; onClose: () => void }) => (
  <Dialog
    open
    locked
    onClose={onClose}
    title={`Key ${made.key.name} is made`}
    description="Copy it now: only its hash is stored, so nobody can show it again."
  >
    <div className="flex flex-col gap-4">
      <CopyField
        label="Key"
        value={made.secret}
        what="Key"
        hint="Send it as Authorization: Bearer … or as x-api-key. Keep it out of code and chat."
      />
      <span>
        <Button tone="primary" onClick={onClose}>
          I have stored it
        </Button>
      </span>
    </div>
  </Dialog>
)
