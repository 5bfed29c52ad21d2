'use client'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { InviteDialog } from './invite-dialog'

export const InviteButton = ({ team }: { team: { slug: string; name: string } }) => {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button tone="primary" onClick={() => setOpen(true)}>
        Invite person
      </Button>
      {open ? <InviteDialog team={team} onClose={() => setOpen(false)} /> : null}
    </>
  )
}
