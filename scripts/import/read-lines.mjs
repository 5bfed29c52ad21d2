import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'

/** Longer than any event the API takes (64 MiB inflated); a file without line breaks must not fill the memory. */
const LINE_BYTES_MAX = 64 * 1024 * 1024

/**
 * The non-empty lines of an NDJSON file, a gzipped one (`.gz`), or standard input (`-`), with their numbers from 1.
 * Splits at the byte 0x0A only: readline would also split at U+2028, which is legal inside a JSON string.
 * @throws Error when the file cannot be read, unpacked, or has a line beyond the bound.
 */
export async function* readLines(path, stdin = process.stdin) {
  const raw = path === '-' ? stdin : createReadStream(path)
  const stream = path.endsWith('.gz') ? unpacked(raw) : raw
  let line = 0
  let parts = []
  let bytes = 0
  for await (const chunk of stream) {
    let from = 0
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      line += 1
      const text = Buffer.concat([...parts, chunk.subarray(from, at)])
        .toString('utf8')
        .trim()
      if (text !== '') yield { line, text }
      parts = []
      bytes = 0
      from = at + 1
    }
    if (from < chunk.length) parts.push(chunk.subarray(from))
    bytes += chunk.length - from
    if (bytes > LINE_BYTES_MAX) throw new Error(`line ${line + 1} is longer than 64 MiB: this is not NDJSON`)
  }
  const rest = Buffer.concat(parts).toString('utf8').trim()
  if (rest !== '') yield { line: line + 1, text: rest }
}

/** A whole file, a gzipped one (`.gz`) unpacked. @throws Error beyond the bound. */
export async function readWhole(path) {
  const raw = createReadStream(path)
  const chunks = []
  let bytes = 0
  for await (const chunk of path.endsWith('.gz') ? unpacked(raw) : raw) {
    bytes += chunk.length
    if (bytes > LINE_BYTES_MAX) throw new Error(`${path} is longer than 64 MiB: split it into several requests`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function unpacked(raw) {
  const gunzip = createGunzip()
  raw.on('error', (error) => gunzip.destroy(error))
  return raw.pipe(gunzip)
}

/** Groups lines into requests: at most `batch` events and `bytesMax` bytes, one event alone if it is larger. */
export async function* inBatches(lines, batch, bytesMax = 8 * 1024 * 1024) {
  let items = []
  let bytes = 0
  for await (const item of lines) {
    const size = Buffer.byteLength(item.text) + 1
    if (items.length > 0 && (items.length >= batch || bytes + size > bytesMax)) {
      yield items
      items = []
      bytes = 0
    }
    items.push(item)
    bytes += size
  }
  if (items.length > 0) yield items
}
