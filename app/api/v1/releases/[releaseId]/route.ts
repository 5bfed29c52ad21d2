import { keyOrSession } from '@/lib/auth/agent-key'
import { defineRoute } from '@/lib/http/route'
import { oneRelease } from '@/lib/releases/queries'
import { ReleaseParams, ReleaseView } from '@/lib/releases/schema'

export const GET = defineRoute({
  auth: keyOrSession('read', 'release:read'),
  input: { params: ReleaseParams },
  output: ReleaseView,
  handler: (ctx, { params }) => oneRelease(ctx, params.releaseId),
})
