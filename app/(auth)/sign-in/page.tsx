import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { oneOf, type SearchParams } from '@/components/frame/page-input'
import { AuthHeading } from '@/components/frame/auth-heading'
import { isSetupNeeded } from '@/lib/auth/queries'
import { currentSession } from '@/lib/auth/session'
import { paths, safeNext } from '@/lib/paths'
import { SignInForm } from './_parts/sign-in-form'

export const metadata: Metadata = { title: 'Sign in' }

export default async function SignInPage({ searchParams }: { searchParams: SearchParams }) {
  if (await isSetupNeeded()) redirect(paths.setup())
  const next = oneOf((await searchParams).next)
  const to = safeNext(next)
  if (await currentSession()) redirect(to)
  return (
    <>
      <AuthHeading title="Sign in" />
      <SignInForm to={to} />
    </>
  )
}
