export type RawEvent =
  | {
      type: 'interaction'
      id: string
      agent: string
      release: string
      workflow?: string
      startedAt: string
      endedAt?: string
    }
  | { type: 'outcome'; interactionId: string; result: 'resolved' | 'unresolved'; escalated: boolean; at: string }
  | {
      type: 'span'
      id: string
      traceId: string
      parentId?: string
      interactionId: string
      agent: string
      release: string
      kind: 'agent' | 'llm' | 'tool'
      name: string
      startedAt: string
      endedAt?: string
      status?: 'ok' | 'error' | 'unset'
      model?: string
      usage?: { inputTokens: number; outputTokens: number }
      costUsd?: string
      tool?: { name: string; callId: string }
      input?: string
      output?: string
    }

export declare const ORDERS: readonly string[]
export declare function toEvents(
  document: unknown,
  source: { fileName: string; agent?: string; release?: string },
): RawEvent[]
export declare function releaseOf(fileName: string): string
export declare function inOrder(events: readonly RawEvent[], order: string, seed?: number): RawEvent[]
