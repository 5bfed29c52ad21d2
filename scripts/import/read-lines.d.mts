import type { Readable } from 'node:stream'
import type { Line } from './post.mjs'

export declare function readLines(path: string, stdin?: Readable): AsyncGenerator<Line>
export declare function inBatches(
  lines: AsyncIterable<Line> | Iterable<Line>,
  batch: number,
  bytesMax?: number,
): AsyncGenerator<Line[]>
