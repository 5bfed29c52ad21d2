import { keyOrSession } from '@/lib/auth/agent-key'
import { defineRoute } from '@/lib/http/route'
import { registerRelease } from '@/lib/releases/commands'
import { releasePage } from '@/lib/releases/queries'
import { ReleasePage, ReleaseQuery, ReleaseRegister, ReleaseView } from '@/lib/releases/schema'

export const GET = defineRoute({
  auth: keyOrSession('read', 'release:read'),
  input: { query: ReleaseQuery },
  output: ReleasePage,
  handler: (ctx, { query }) => releasePage(ctx, query),
})

/** 200 also for a new release: sent twice, the answer is the same. */
export const POST = defineRoute({
  auth: keyOrSession('releases', 'release:register'),
  input: { body: ReleaseRegister },
  output: ReleaseView,
  handler: (ctx, { body }) => registerRelease(ctx, body),
})
