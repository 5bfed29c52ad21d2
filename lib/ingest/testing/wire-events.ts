import type { z } from 'zod'
import type { InteractionEvent, OutcomeEvent, SpanEvent } from '@/lib/ingest/schema'

/** Events as a client writes them: the form that the generator makes, the oracle reads and the API takes. */
export type WireSpan = z.input<typeof SpanEvent> & {
  /** What only other roads than native events can say; `itemsOf` puts it on the node. */
  scope?: string
  serviceInstance?: string
  workflow?: string
  segment?: string
}
export type WireInteraction = z.input<typeof InteractionEvent>
export type WireOutcome = z.input<typeof OutcomeEvent>
export type WireEvent = WireSpan | WireInteraction | WireOutcome

/** What the oracle says of a span: its part in the bill (null: no model call), nano-USD, own or borrowed usage. */
export type Verdict = {
  s: WireSpan
  state: string | null
  cost: number | null
  interaction: string | null
  usage: NonNullable<WireSpan['usage']> | null
  isTop: boolean
}
/** A span on its way to the top of its trace. */
export type Line = { s: WireSpan; up?: Line | undefined }
