import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const pack = promisify(gzip)

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
 * Waits as long as `Retry-After` says, else twice as long each time, at most `retries` times. A batch the server calls
 * too large is halved. Sending a batch again is safe: the API counts nothing twice.
 * @throws ImportError
 */
export async function postBatch(items, { url, key, retries = 10, onWait = () => {} }) {
  const { readable, unreadable } = sorted(items)
  if (readable.length === 0) return { accepted: 0, duplicates: 0, rejected: unreadable }
  const body = await pack(readable.map((item) => item.text).join('\n') + '\n')
  for (let attempt = 0; ; attempt += 1) {
    const answer = await attemptPost(body, { url, key })
    if (answer.status === 200) return result(answer, readable, unreadable)
    if (answer.status === 413) return tooLarge(readable, unreadable, { url, key, retries, onWait })
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
async function attemptPost(body, { url, key }) {
  try {
    const response = await fetch(new URL('/api/v1/events', url), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/x-ndjson',
        'content-encoding': 'gzip',
      },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const text = await response.text()
    return { status: response.status, text, retryAfter: response.headers.get('retry-after') }
  } catch (error) {
    const reason = error.cause?.code ?? error.cause?.message ?? error.message
    return { status: 0, text: '', retryAfter: null, message: `no answer (${reason})` }
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
  const said = parsed(text)?.error?.message
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

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
