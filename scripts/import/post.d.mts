export interface Line {
  line: number
  text: string
}
export interface RejectedLine {
  line: number | null
  code: string
  message: string
  id?: string
  path?: string
  event: string | null
}
export interface BatchResult {
  accepted: number
  duplicates: number
  rejected: RejectedLine[]
}
export interface PostOptions {
  url: string
  key: string
  retries?: number
  onWait?: (wait: { waitMs: number; reason: string }) => void
}
export declare class ImportError extends Error {
  fix: string
  constructor(message: string, fix: string, options?: ErrorOptions)
}
export declare function postBatch(items: readonly Line[], options: PostOptions): Promise<BatchResult>
export declare function retryAfterMs(header: string | null, now?: number): number | null
