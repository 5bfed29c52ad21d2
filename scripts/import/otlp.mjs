import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { deliver, pack, parsed } from './post.mjs'
import { readLines, readWhole } from './read-lines.mjs'

/** What the file of a signal holds, and where it goes. */
const PATHS = { resourceSpans: '/v1/traces', resourceLogs: '/v1/logs', resourceMetrics: '/v1/metrics' }
const PROTOBUF_FILE = /\.(pb|bin|binpb)(\.gz)?$/
const OTLP_FILE = /\.(json|jsonl|ndjson|pb|bin|binpb)(\.gz)?$/
const OWN_FILE = /\.(checkpoint\.json|rejected\.ndjson)$/

/** The files of a folder that may hold OTLP, by name; of a file, the file itself. What the import left there is left out. */
export function otlpFiles(path) {
  if (path === '-' || !statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .filter((name) => OTLP_FILE.test(name) && !OWN_FILE.test(name))
    .sort()
    .map((name) => join(path, name))
    .filter((file) => statSync(file).isFile())
}

/**
 * The requests of a file: one per line, as the collector's file exporter writes them, or the whole file as one (line 1).
 * `{line, text}` for JSON, `{line, bytes, path}` for protobuf, whose file name says `logs` when it holds logs.
 */
export async function* readRequests(path) {
  if (PROTOBUF_FILE.test(path)) {
    const signal = /logs/.test(path.split('/').at(-1) ?? '') ? 'resourceLogs' : 'resourceSpans'
    yield { line: 1, bytes: await readWhole(path), path: PATHS[signal] }
    return
  }
  let isFirst = true
  for await (const item of readLines(path)) {
    if (isFirst && path !== '-' && parsed(item.text) === null) {
      yield { line: 1, text: (await readWhole(path)).toString('utf8') }
      return
    }
    isFirst = false
    yield item
  }
}

/** Sends one request; `accepted` counts requests, because only the server knows how many spans are in one. */
export async function postRequest([item], options) {
  const path = item.path ?? pathOf(item.text)
  if (path === undefined) return refused(item, 'bad_request', 'This is not an OTLP request in JSON.')
  const type = item.bytes ? 'application/x-protobuf' : 'application/json'
  const body = await pack(item.bytes ?? item.text)
  const answer = await deliver({ path, type, body }, { ...options, answered: [200, 400, 413] })
  if (answer.status === 413) return tooLarge(item, options)
  const { count, message } = await verdictOf(answer, type)
  if (answer.status === 400) return refused(item, 'bad_request', message || 'The server cannot decode this request.')
  const rejected = count > 0 ? [{ line: item.line, code: 'bad_request', message, count, event: null }] : []
  return { accepted: 1, duplicates: 0, rejected }
}

function pathOf(text) {
  const body = parsed(text)
  const field = Object.keys(PATHS).find((name) => Array.isArray(body?.[name]))
  return field && PATHS[field]
}

const refused = (item, code, message) => ({
  accepted: 0,
  duplicates: 0,
  rejected: [{ line: item.line, code, message, event: item.text?.slice(0, 1000) ?? null }],
})

/** What is too large as one request is sent as two, down to one record. */
async function tooLarge(item, options) {
  const halves = item.text && halvesOf(item.text)
  if (!halves)
    return refused(item, 'limit_exceeded', 'This is too large for one request and cannot be halved: split it.')
  const total = { accepted: 0, duplicates: 0, rejected: [] }
  for (const text of halves) {
    const part = await postRequest([{ line: item.line, text }], options)
    total.accepted += part.accepted
    total.rejected.push(...part.rejected)
  }
  return total
}

const LISTS = ['resourceSpans', 'resourceLogs', 'resourceMetrics', 'scopeSpans', 'scopeLogs', 'scopeMetrics']
const RECORDS = ['spans', 'logRecords', 'metrics']
/** Numbers that JSON.parse would round: a time in nanoseconds that is not written as text. */
const LONG_INTEGER = /[\s:,[]-?[1-9]\d{15}/

/** The request as two, cut at the outermost list that has more than one element; null when there is none. */
export function halvesOf(text) {
  if (LONG_INTEGER.test(text)) return null
  const halve = (node) => {
    const name = [...LISTS, ...RECORDS].find((field) => Array.isArray(node[field]))
    if (name === undefined) return null
    const list = node[name]
    if (list.length > 1) {
      const middle = Math.ceil(list.length / 2)
      return [list.slice(0, middle), list.slice(middle)].map((half) => ({ ...node, [name]: half }))
    }
    if (RECORDS.includes(name) || list.length === 0) return null
    return halve(list[0])?.map((half) => ({ ...node, [name]: [half] })) ?? null
  }
  return halve(parsed(text) ?? {})?.map((half) => JSON.stringify(half)) ?? null
}

/** How many records were rejected and why, from the answer in the request's encoding. */
async function verdictOf({ status, bytes, text }, type) {
  if (type === 'application/json') {
    const { partialSuccess = {}, message = '' } = parsed(text) ?? {}
    const { rejectedSpans = 0, rejectedLogRecords = 0, errorMessage = message } = partialSuccess
    return { count: Number(rejectedSpans) + Number(rejectedLogRecords), message: errorMessage }
  }
  // A success without rejections is an empty message.
  if (bytes.length === 0) return { count: 0, message: '' }
  const { BinaryReader } = await import('@bufbuild/protobuf/wire')
  const fields = (part) => {
    const [reader, found] = [new BinaryReader(part), {}]
    while (reader.pos < reader.len) {
      const [field, wireType] = reader.tag()
      found[field] = wireType === 0 ? Number(reader.int64()) : wireType === 2 ? reader.bytes() : reader.skip(wireType)
    }
    return found
  }
  const words = (part) => Buffer.from(part ?? []).toString('utf8')
  if (status !== 200) return { count: 0, message: words(fields(bytes)[2]) }
  const partial = fields(fields(bytes)[1] ?? Buffer.alloc(0))
  return { count: partial[1] ?? 0, message: words(partial[2]) }
}
