import 'server-only'
import { createGunzip } from 'node:zlib'
import { DomainError } from '@/lib/core/errors'
import { checkNodes, parseJson } from '@/lib/ingest/json-text'
import { MAX_BODY_BYTES, MAX_INFLATED_BYTES, MAX_ITEMS } from '@/lib/ingest/schema'

/** A raw event with its place in the request: array index, or line of the NDJSON without blank ones. */
export type RawItem = { value: unknown } | { unreadable: string }
/** `suspicious`: the text holds escapes of U+0000 or surrogates, so strings must be looked at one by one. */
export type RawBatch = { items: RawItem[]; suspicious: boolean; bytes: number }

/** Bodies at once in the memory of this process; more are asked to come back. */
const IN_FLIGHT_BYTES = 192 * 1024 * 1024
const READ_TIMEOUT_MS = 60_000
let inFlight = 0

/**
 * Reads `{"events": […]}` or NDJSON, gzip or not. Throws `unsupported_media_type`, `too_large`, `bad_request` or `unavailable`.
 */
export const readEvents = async (request: Request): Promise<RawBatch> => {
  const type = mediaType(request)
  if (type !== 'application/json' && type !== 'application/x-ndjson') {
    throw new DomainError('unsupported_media_type', 'Send content-type application/json or application/x-ndjson.')
  }
  const text = textOf(await readBody(request))
  const items = type === 'application/json' ? fromJson(text) : fromNdjson(text)
  if (items.length > MAX_ITEMS) {
    throw new DomainError(
      'too_large',
      `At most ${MAX_ITEMS} events in one request; this one has ${items.length}. Split it.`,
    )
  }
  return { items, suspicious: /\\u(?:0000|[dD][89a-fA-F])/.test(text), bytes: text.length }
}

/** The content type without its parameters, in lower case; empty where none was sent. */
export const mediaType = (request: Request): string =>
  (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

/** What is not UTF-8 becomes U+FFFD. */
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

const fromJson = (text: string): RawItem[] => {
  if (text.trim() === '') return []
  const body = parseJson(text)
  if (typeof body !== 'object' || body === null || !('events' in body) || !Array.isArray(body.events)) {
    throw new DomainError('bad_request', 'events: must be an array: {"events": [ … ]}', {
      details: [{ path: 'events', message: 'must be an array' }],
    })
  }
  return body.events.map((value: unknown) => ({ value }))
}

const fromNdjson = (text: string): RawItem[] => {
  checkNodes(text)
  const items: RawItem[] = []
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue
    if (items.length > MAX_ITEMS) break
    try {
      items.push({ value: JSON.parse(line) })
    } catch {
      items.push({ unreadable: 'the line is not JSON' })
    }
  }
  return items
}

/**
 * The whole body, unpacked. Bounds hold while unpacking: a bomb is cut at the limit, not after.
 * Throws `unsupported_media_type`, `too_large`, `bad_request` (not gzip) or `unavailable`.
 */
export const readBody = async (request: Request): Promise<Uint8Array> => {
  const encoding = (request.headers.get('content-encoding') ?? 'identity').trim().toLowerCase()
  if (encoding !== 'identity' && encoding !== '' && encoding !== 'gzip') {
    throw new DomainError('unsupported_media_type', 'Send content-encoding gzip, or none.')
  }
  const declared = Number(request.headers.get('content-length') ?? 0)
  if (declared > MAX_BODY_BYTES) throw tooLarge(MAX_BODY_BYTES, 'as sent')
  if (!request.body) return new Uint8Array()
  let held = 0
  const hold = (bytes: number): void => {
    held += bytes
    inFlight += bytes
    if (inFlight > IN_FLIGHT_BYTES) {
      throw new DomainError('unavailable', 'Too much is being received at once. Send it again.', { retryAfterSec: 1 })
    }
  }
  try {
    const sent = counted(request.body, (total, bytes) => {
      if (total > MAX_BODY_BYTES) throw tooLarge(MAX_BODY_BYTES, 'as sent')
      hold(bytes)
    })
    const chunks: Uint8Array[] = []
    if (encoding === 'gzip') {
      await inflate(sent, (chunk) => {
        hold(chunk.byteLength)
        chunks.push(chunk)
      })
    } else for await (const chunk of sent) chunks.push(chunk)
    return Buffer.concat(chunks)
  } finally {
    inFlight -= held
  }
}

/** Chunks of a body with their running total; ends a body that does not come within the time allowed. */
async function* counted(
  body: ReadableStream<Uint8Array>,
  seen: (total: number, bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  const deadline = Date.now() + READ_TIMEOUT_MS
  let total = 0
  try {
    for (;;) {
      const { done, value } = await withDeadline(reader.read(), deadline)
      if (done) return
      total += value.byteLength
      seen(total, value.byteLength)
      yield value
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

const withDeadline = async <T>(work: Promise<T>, deadline: number): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          // 503, not 400: what could come whole another time must not be dropped by its sender (wire.md 1.2).
          new DomainError('unavailable', `The body did not arrive within ${READ_TIMEOUT_MS / 1000} s. Send it again.`, {
            retryAfterSec: 1,
          }),
        ),
      Math.max(0, deadline - Date.now()),
    )
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

const inflate = async (sent: AsyncIterable<Uint8Array>, take: (chunk: Uint8Array) => void): Promise<void> => {
  const gunzip = createGunzip()
  let total = 0
  const finished = new Promise<void>((resolve, reject) => {
    gunzip.on('data', (chunk: Uint8Array) => {
      total += chunk.byteLength
      try {
        if (total > MAX_INFLATED_BYTES) throw tooLarge(MAX_INFLATED_BYTES, 'unpacked')
        take(chunk)
      } catch (error) {
        gunzip.destroy(error instanceof Error ? error : new Error(String(error)))
      }
    })
    gunzip.on('end', resolve)
    gunzip.on('error', (error) =>
      reject(
        error instanceof DomainError
          ? error
          : new DomainError('bad_request', 'The body is not valid gzip.', { cause: error }),
      ),
    )
  })
  finished.catch(() => {})
  try {
    for await (const chunk of sent) {
      if (gunzip.destroyed) break
      if (!gunzip.write(chunk)) await Promise.race([once(gunzip, 'drain'), finished])
    }
    gunzip.end()
    await finished
  } finally {
    gunzip.destroy()
  }
}

const once = (stream: NodeJS.EventEmitter, event: string): Promise<void> =>
  new Promise((resolve) => stream.once(event, () => resolve()))

const tooLarge = (max: number, how: string): DomainError =>
  new DomainError('too_large', `The body is larger than ${max / 1024 / 1024} MiB ${how}. Split it.`)
