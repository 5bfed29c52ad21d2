import 'server-only'
import type { Sender } from '@/lib/ingest/bounded'
import type { Item } from '@/lib/ingest/items'
import type { OtlpLog } from '@/lib/ingest/otlp/types'

/** What a log record adds to the ledger: content for its span, an evaluation result, or nothing. Never throws. */
export const logMapper =
  (_sender: Sender): ((log: OtlpLog) => Item[]) =>
  () => []
