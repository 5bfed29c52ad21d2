'use client'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { Button } from '@/components/ui/button'

// Loaded when it is opened: the first load of a page is kept small.
const InviteToTeam = dynamic(() => import('@/components/people/invite-dialog').then((part) => part.InviteToTeam))

export const InviteButton = ({ team }: { team: { slug: string; name: string } }) => {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button tone="primary" onClick={() => setOpen(true)}>
        Invite person
      </Button>
      {open ? <InviteToTeam team={team} onClose={() => setOpen(false)} /> : null}
    </>
  )
}
