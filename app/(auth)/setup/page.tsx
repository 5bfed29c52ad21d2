import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { AuthHeading } from '@/components/frame/auth-heading'
import { isSetupNeeded } from '@/lib/auth/queries'
import { paths } from '@/lib/paths'
import { SetupForm } from './_parts/setup-form'

export const metadata: Metadata = { title: 'Set up' }

export default async function SetupPage() {
  if (!(await isSetupNeeded())) redirect(paths.signIn())
  return (
    <>
      <AuthHeading title="Set up Signalbox">
        Make the first administrator and the first team. The others come by invitation.
      </AuthHeading>
      <SetupForm />
    </>
  )
}
