import { platformSession } from '@/lib/auth/session'
import { PageQuery } from '@/lib/core/page'
import { defineRoute } from '@/lib/http/route'
import { personPage } from '@/lib/teams/queries'
import { PersonPage } from '@/lib/teams/schema'

export const GET = defineRoute({
  auth: platformSession,
  input: { query: PageQuery },
  output: PersonPage,
  handler: (ctx, { query }) => personPage(ctx, query),
})
