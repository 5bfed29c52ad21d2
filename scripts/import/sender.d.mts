import type { BatchResult, PostOptions, RejectedLine } from './post.mjs'

export interface Progress {
  line: number
  accepted: number
  duplicates: number
  rejected: number
}
type SendOptions = PostOptions & { batch?: number; concurrency?: number }

export declare function sendEvents(
  events: readonly unknown[],
  options: SendOptions & { onProgress?: (totals: BatchResult & { line: number }) => void },
): Promise<{ line: number; accepted: number; duplicates: number; rejected: RejectedLine[] }>
export declare function importFile(
  path: string,
  options: SendOptions & { stateFolder?: string; onProgress?: (progress: Progress) => void },
): Promise<Progress & { resumedAt: number; rejectedFile: string }>
export declare function importOtlpFile(
  path: string,
  options: SendOptions & { stateFolder?: string; onProgress?: (progress: Progress) => void },
): Promise<Progress & { resumedAt: number; rejectedFile: string }>
