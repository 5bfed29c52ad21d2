import { type Ctx, PLATFORM } from '@/lib/core/context'
import { notFound } from '@/lib/core/errors'

/** What stands above teams is answered to a platform session only; inside a team it does not exist. */
export const requirePlatform = (ctx: Ctx): void => {
  if (ctx.teamId !== PLATFORM) throw notFound()
}

/** What only a team has is answered inside one only. */
export const requireTeam = (ctx: Ctx): void => {
  if (ctx.teamId === PLATFORM) throw notFound()
}
