import { AnyDocument } from '@/app/api/v1/openapi.json/schema'
import { ROUTES } from '@/app/api/v1/registry'
import { openApi } from '@/lib/http/openapi'
import { anyone, defineRoute } from '@/lib/http/route'
import type { z } from 'zod'
import { version } from '@/package.json'

let document: z.output<typeof AnyDocument> | undefined

/** Open to anybody: it describes, it tells nothing of anybody's. */
export const GET = defineRoute({
  auth: anyone,
  output: AnyDocument,
  handler: async () => (document ??= openApi(ROUTES, version)),
})
