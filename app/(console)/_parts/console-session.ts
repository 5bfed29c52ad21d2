import 'server-only'
import { notFound, redirect } from 'next/navigation'
import { oneOf, type SearchParams } from '@/components/frame/page-input'
import type { SessionCtx, TeamRef } from '@/lib/auth/caller'
import { isSetupNeeded } from '@/lib/auth/queries'
import { currentSession } from '@/lib/auth/session'
import { DomainError } from '@/lib/core/errors'
import { paths } from '@/lib/paths'

export type ConsoleSession = SessionCtx & { team: TeamRef }

/**
 * Who looks at a screen, and in which team. Signed out: to sign-in and back here. No team in the URL: the same screen
 * with the first one, so that what is shown is always in the URL. Another team's slug is as unknown as a missing one.
 */
export const consoleSession = async (
  searchParams: SearchParams,
  here: (team: string) => string,
): Promise<{ ctx: ConsoleSession; params: Record<string, string | undefined> }> => {
  const params = Object.fromEntries(Object.entries(await searchParams).map(([name, value]) => [name, oneOf(value)]))
  const asked = params.team || undefined
  const ctx = await currentSession(asked).catch(asNotFound)
  if (!ctx) return toSignIn(asked === undefined ? undefined : here(asked))
  if (!ctx.team) redirect(paths.home())
  if (asked !== ctx.team.slug) redirect(here(ctx.team.slug))
  return { ctx: { ...ctx, team: ctx.team }, params }
}

/** To sign-in and back, or to the first set-up. */
export const toSignIn = async (next: string | undefined): Promise<never> => {
  if (await isSetupNeeded()) redirect(paths.setup())
  redirect(paths.signIn({ next }))
}

const asNotFound = (error: unknown): never => {
  if (error instanceof DomainError && error.code === 'not_found') notFound()
  throw error
}
