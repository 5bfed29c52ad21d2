import type { ReactNode } from 'react'
import { ConsoleFrame } from '@/components/frame/console-frame'
import type { Viewer } from '@/components/frame/viewer'
import type { SessionCtx } from '@/lib/auth/caller'
import { permissionsOf } from '@/lib/auth/permissions'
import { currentSession } from '@/lib/auth/session'
import { PLATFORM } from '@/lib/core/context'
import { teamPage } from '@/lib/teams/queries'

/** More teams than anybody scrolls through; the rest are reached by their link. */
const TEAMS_SHOWN = 200

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const ctx = await currentSession()
  // The page itself leads to sign-in, because only it knows the way back.
  if (!ctx) return children
  return (
    <ConsoleFrame viewer={await viewerOf(ctx)} now={ctx.now.toISOString()}>
      {children}
    </ConsoleFrame>
  )
}

const viewerOf = async (ctx: SessionCtx): Promise<Viewer> => {
  const { name, email, platformRole } = ctx.person
  if (platformRole === null) return { name, email, platformRole, teams: ctx.memberships }
  const above = { ...ctx, teamId: PLATFORM, permissions: permissionsOf({ platform: platformRole }) }
  const { items } = await teamPage(above, { limit: TEAMS_SHOWN })
  return { name, email, platformRole, teams: items }
}
