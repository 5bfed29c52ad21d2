import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

export const pack = promisify(gzip)

/** Answers after which the same request may succeed; everything else would fail again. */
const RETRIED = new Set([408, 429, 502, 503, 504])
const TIMEOUT_MS = 120_000
const WAIT_MS_MAX = 300_000

/** Sending cannot go on. `fix` says what the person at the keyboard can do. */
export class ImportError extends Error {
  constructor(message, fix, options) {
    super(message, options)
    this.fix = fix
  }
}

/**
 * Sends one batch of lines and answers what became of it: `{accepted, duplicates, rejected: [{line, code, message, …}]}`.
 * A batch the server calls too large is halved. Sending a batch again is safe: the API counts nothing twice.
 * @throws ImportError
 */
export async function postBatch(items, { url, key, retries = 10, onWait = () => {} }) {
  const { readable, unreadable } = sorted(items)
  if (readable.length === 0) return { accepted: 0, duplicates: 0, rejected: unreadable }
  const body = await pack(readable.map((item) => item.text).join('\n') + '\n')
  const request = { path: '/api/v1/events', type: 'application/x-ndjson', body }
  const answer = await deliver(request, { url, key, retries, onWait })
  if (answer.status === 413) return tooLarge(readable, unreadable, { url, key, retries, onWait })
  return result(answer, readable, unreadable)
}

/** Answers to hand back: taken, or too large as one request. */
const ANSWERED = [200, 413]

/**
 * Sends one gzipped body until it is answered for good: waits as long as `Retry-After` says, else twice as long each
 * time, at most `retries` times. `answered` are the statuses that the caller knows what to do with.
 * @throws ImportError
 */
export async function deliver(request, { url, key, retries = 10, onWait = () => {}, answered = ANSWERED }) {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await attemptPost(request, { url, key })
    if (answered.includes(answer.status)) return answer
    const isTemporary = answer.status === 0 || RETRIED.has(answer.status)
    if (!isTemporary) throw refusal(answer)
    if (attempt >= retries) throw exhausted(answer, url, retries)
    const waitMs = Math.min(WAIT_MS_MAX, retryAfterMs(answer.retryAfter) ?? Math.min(30_000, 250 * 2 ** attempt))
    onWait({ waitMs, reason: answer.status === 0 ? answer.message : `HTTP ${answer.status}` })
    await sleep(waitMs)
  }
}

/** Lines that are not JSON objects are named here: one of them would make the whole body unreadable for the server. */
function sorted(items) {
  const readable = []
  const unreadable = []
  for (const item of items) {
    if (isJsonObject(item.text)) readable.push(item)
    else
      unreadable.push({
        line: item.line,
        code: 'bad_request',
        message: 'The line is not a JSON object.',
        event: item.text,
      })
  }
  return { readable, unreadable }
}

function isJsonObject(text) {
  try {
    const value = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

/** Status 0: no answer came. The key stays in the header and out of every message. */
async function attemptPost({ path, type, body }, { url, key }) {
  try {
    const response = await fetch(new URL(path, url), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': type,
        'content-encoding': 'gzip',
      },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const bytes = Buffer.from(await response.arrayBuffer())
    const retryAfter = response.headers.get('retry-after')
    return { status: response.status, bytes, text: bytes.toString('utf8'), retryAfter }
  } catch (error) {
    const reason = error.cause?.code ?? error.cause?.message ?? error.message
    return { status: 0, bytes: Buffer.alloc(0), text: '', retryAfter: null, message: `no answer (${reason})` }
  }
}

/** `Retry-After` in whole seconds or as a date; null when it is missing or unreadable. */
export function retryAfterMs(header, now = Date.now()) {
  if (header === null || header === undefined) return null
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}

/** The answer's item numbers as line numbers of the input. */
function result(answer, items, unreadable) {
  const body = parsed(answer.text)
  if (typeof body?.accepted !== 'number' || !Array.isArray(body.rejected)) {
    throw new ImportError(
      'the answer is not that of the events API',
      'check --url: it names a Signalbox, without a path',
    )
  }
  const rejected = body.rejected.map(({ index, ...reason }) => {
    const item = items[index]
    return { line: item?.line ?? null, ...reason, event: item?.text ?? null }
  })
  return { accepted: body.accepted, duplicates: body.duplicates ?? 0, rejected: [...unreadable, ...rejected] }
}

async function tooLarge(items, unreadable, options) {
  if (items.length === 1) {
    const [item] = items
    const rejected = { line: item.line, code: 'limit_exceeded', message: 'The event is too large for one request.' }
    return { accepted: 0, duplicates: 0, rejected: [...unreadable, { ...rejected, event: item.text.slice(0, 1000) }] }
  }
  const middle = Math.ceil(items.length / 2)
  const first = await postBatch(items.slice(0, middle), options)
  const second = await postBatch(items.slice(middle), options)
  return {
    accepted: first.accepted + second.accepted,
    duplicates: first.duplicates + second.duplicates,
    rejected: [...unreadable, ...first.rejected, ...second.rejected],
  }
}

function refusal({ status, text }) {
  const body = parsed(text)
  const said = body?.error?.message ?? body?.message
  const message = `the server answered ${status}${said ? `: ${said}` : ''}`
  if (status === 401) return new ImportError(message, 'pass a valid key with --key or SIGNALBOX_KEY')
  if (status === 403) return new ImportError(message, 'use a key with the scope ingest')
  if (status === 404) return new ImportError(message, 'check --url: it names a Signalbox, without a path')
  return new ImportError(
    message,
    'check --url and the file; what was sent before counts, run the command again to go on',
  )
}

function exhausted({ status, message }, url, retries) {
  const what = status === 0 ? message : `HTTP ${status}`
  const fix = 'see that the server runs, then run the command again: it goes on where it stopped'
  return new ImportError(`${new URL(url).origin} gave no success in ${retries + 1} tries, last: ${what}`, fix)
}

export function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
