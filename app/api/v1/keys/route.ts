import { createKey } from '@/lib/agents/commands/create-key'
import { keyPage } from '@/lib/agents/queries'
import { KeyCreate, KeyPage, KeyQuery, NewKey } from '@/lib/agents/schema'
import { session } from '@/lib/auth/session'
import { defineRoute } from '@/lib/http/route'

export const GET = defineRoute({
  auth: session,
  input: { query: KeyQuery },
  output: KeyPage,
  handler: (ctx, { query }) => keyPage(ctx, query),
})

export const POST = defineRoute({
  auth: session,
  input: { body: KeyCreate },
  output: NewKey,
  status: 201,
  handler: (ctx, { body }) => createKey(ctx, body),
})
