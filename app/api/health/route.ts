import { databaseAnswers } from '@/lib/auth/queries'
import { Health } from '@/lib/auth/schema'
import { DomainError } from '@/lib/core/errors'
import { anyone, defineRoute } from '@/lib/http/route'

/** Open to anybody, for load balancers and the launcher: 200 when we and the database answer, else 503. */
export const GET = defineRoute({
  auth: anyone,
  output: Health,
  handler: async () => {
    await databaseAnswers().catch((cause: unknown) => {
      throw new DomainError('unavailable', 'The database does not answer.', { cause, retryAfterSec: 1 })
    })
    return { status: 'ok' } as const
  },
})
