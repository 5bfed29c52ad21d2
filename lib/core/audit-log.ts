import 'server-only'
import type { Ctx } from '@/lib/core/context'
import type { Tx } from '@/lib/core/db'
import type { JsonObject } from '@/lib/core/json'

export type { JsonObject, JsonValue } from '@/lib/core/json'


export type AuditNote = {
  kind: string
  subject: string
  before?: JsonObject | null
  after?: JsonObject | null
  interactionId?: string
  actionHash?: string
  personal?: { subjectId: string; fields: JsonObject }
}

export const appendAudit = async (_tx: Tx, _ctx: Ctx, _notes: readonly AuditNote[]): Promise<void> => {
  throw new Error('not written yet')
}
