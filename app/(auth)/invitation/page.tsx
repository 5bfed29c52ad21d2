import type { Metadata } from 'next'
import { currentSession } from '@/lib/auth/session'
import { Invitation } from './_parts/invitation'

export const metadata: Metadata = { title: 'Invitation', referrer: 'no-referrer' }

/** The secret of the link stands behind `#`, so only the browser sees it: the server part knows who is signed in. */
export default async function InvitationPage() {
  const session = await currentSession()
  return <Invitation signedInAs={session?.person.email ?? null} />
}
