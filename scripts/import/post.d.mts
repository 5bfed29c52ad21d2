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
  /** Of how many records it speaks, where it is not one. */
  count?: number
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
