import { z } from 'zod'
import { PageQuery, pageOf } from '@/lib/core/page'

/** Contract of the audit log. Times are ISO 8601 in UTC. */
export const AuditEntriesQuery = PageQuery.extend({
  /** Id of the thing written. */
  subject: z.string().min(1).max(1024).optional(),
})
export type AuditEntriesQuery = z.output<typeof AuditEntriesQuery>

export const AuditEntryView = z.object({
  id: z.string(),
  occurredAt: z.iso.datetime(),
  kind: z.string(),
  actorType: z.enum(['person', 'key', 'system']),
  actorId: z.string(),
  subject: z.string(),
  interactionId: z.string().nullable(),
  actionHash: z.string().nullable(),
  /** SHA-256 of the canonical text in hex. */
  bodySha256: z.string(),
})
export type AuditEntryView = z.infer<typeof AuditEntryView>
export const AuditEntryPage = pageOf(AuditEntryView)

const Fields = z.record(z.string(), z.json()).nullable()
export const AuditEntryDetail = AuditEntryView.extend({
  /** Null fields when the thing did not exist before or after; both null also when retention took the text. */
  before: Fields,
  after: Fields,
  /** The text that was hashed; null once retention took it. */
  bodyCanonical: z.string().nullable(),
  /** Personal fields are encrypted apart: there, erased with their subject, or none. */
  personal: z.enum(['none', 'stored', 'erased']),
})
export type AuditEntryDetail = z.infer<typeof AuditEntryDetail>
