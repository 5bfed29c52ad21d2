import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { EmptyState } from '@/components/ui/empty-state'
import { PageHeader } from '@/components/ui/page-header'
import { permissionsOf } from '@/lib/auth/permissions'
import type { SessionCtx } from '@/lib/auth/caller'
import { currentSession } from '@/lib/auth/session'
import { PLATFORM } from '@/lib/core/context'
import { paths } from '@/lib/paths'
import { teamPage } from '@/lib/teams/queries'
import { toSignIn } from './_parts/console-session'

export const metadata: Metadata = { title: 'Home' }

export default async function HomePage() {
  const ctx = await currentSession()
  if (!ctx) return toSignIn(undefined)
  const team = ctx.team ?? (await firstOfAll(ctx))
  if (team) redirect(paths.releases({ team: team.slug }))
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

/** Administrators and auditors see every team without being in one. */
const firstOfAll = async (ctx: SessionCtx): Promise<{ slug: string } | undefined> => {
  const { platformRole } = ctx.person
  if (platformRole === null) return undefined
  const above = { ...ctx, teamId: PLATFORM, permissions: permissionsOf({ platform: platformRole }) }
  return (await teamPage(above, { limit: 1 })).items[0]
}
