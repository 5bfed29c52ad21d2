import type { BatchResult, PostOptions } from './post.mjs'

export type OtlpRequest = { line: number; text: string } | { line: number; bytes: Buffer; path: string }

export declare function otlpFiles(path: string): string[]
export declare function readRequests(path: string): AsyncGenerator<OtlpRequest>
export declare function postRequest(items: readonly [OtlpRequest], options: PostOptions): Promise<BatchResult>
export declare function halvesOf(text: string): [string, string] | null
