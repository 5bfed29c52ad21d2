'use client'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { Button } from '@/components/ui/button'

// Loaded when it is opened: the first load of a page is kept small.
const InviteDialog = dynamic(() => import('./invite-dialog').then((part) => part.InviteDialog))

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
