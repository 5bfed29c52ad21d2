import { session } from '@/lib/auth/session'
import { PageQuery } from '@/lib/core/page'
import { defineRoute } from '@/lib/http/route'
import { memberPage } from '@/lib/teams/queries'
import { MemberPage } from '@/lib/teams/schema'

export const GET = defineRoute({
  auth: session,
  input: { query: PageQuery },
  output: MemberPage,
  handler: (ctx, { query }) => memberPage(ctx, query),
})
