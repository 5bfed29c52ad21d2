import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { EmptyState } from '@/components/ui/empty-state'
import { PageHeader } from '@/components/ui/page-header'
import { currentSession } from '@/lib/auth/session'
import { paths } from '@/lib/paths'
import { toSignIn } from './_parts/console-session'

export const metadata: Metadata = { title: 'Home' }

export default async function HomePage() {
  const ctx = await currentSession()
  if (!ctx) return toSignIn(undefined)
  if (ctx.team) redirect(paths.releases({ team: ctx.team.slug }))
  return (
    <>
      <PageHeader title="Welcome" />
      <EmptyState
        title="You are in no team yet"
        why={`Ask a lead of your team, or a platform administrator, to invite ${ctx.person.email}.`}
      />
    </>
  )
}
