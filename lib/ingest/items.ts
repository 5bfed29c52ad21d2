import type { Given, Outcome } from '@/lib/ingest/interaction-rules'
import type { SpanNode } from '@/lib/ingest/span-node'
import type { ScoreRow } from '@/lib/ingest/store/scores'
import type { SpanPayload } from '@/lib/ingest/store/spans'

/** One checked and redacted item on its way into the ledger. */
export type Item =
  | { type: 'span'; node: SpanNode; payload: SpanPayload | null }
  /** Input or output that came apart from its span (a log record); fills what the span left empty, before or after it. */
  | { type: 'content'; payload: SpanPayload }
  | { type: 'interaction'; id: string; given: Given }
  | { type: 'outcome'; interactionId: string; outcome: Outcome; atGiven: boolean }
  | { type: 'score'; score: ScoreRow; atGiven: boolean; spanLookup: boolean }

/** What became of an item: `stored` changed something, `duplicate` changed nothing. */
export type ItemResult = 'stored' | 'duplicate' | { code: 'limit_exceeded' | 'bad_request'; message: string }
