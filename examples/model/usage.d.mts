export interface Model {
  /** The name that answers, e.g. `gpt-4o-2024-08-06`. */
  as: string
}
export interface TokenCounts {
  inputTokens: number
  cacheReadTokens: number
  cacheWriteTokens: number
  outputTokens: number
}
export function findModel(name?: string): Model | undefined
export function costOf(model: Model, usage: TokenCounts): number
