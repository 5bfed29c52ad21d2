import { addressOf } from '@/lib/auth/attempts'
import { isSetupNeeded } from '@/lib/auth/queries'
import { SetupDone, SetupInput, SetupState } from '@/lib/auth/schema'
import { setUp } from '@/lib/auth/setup'
import { anyone, defineRoute } from '@/lib/http/route'

/** Open to anybody: whether the first administrator is still to be made. */
export const GET = defineRoute({
  auth: anyone,
  output: SetupState,
  handler: async () => ({ needed: await isSetupNeeded() }),
})

/** Makes the first administrator and team with the one-time code that `npm start` printed. */
export const POST = defineRoute({
  auth: anyone,
  input: { body: SetupInput },
  output: SetupDone,
  status: 201,
  handler: (ctx, { body }, request) => setUp({ ...body, address: addressOf(request.headers) }, ctx),
})
