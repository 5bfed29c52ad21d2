import { mkdirSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { ImportError } from './import/post.mjs'
import { otlpFiles } from './import/otlp.mjs'
import { importFile, importOtlpFile } from './import/sender.mjs'

const USAGE = `npm run import -- events FILE… --key sbx_… [--url http://127.0.0.1:3000]
npm run import -- otlp FILE|FOLDER… --key sbx_… [--url http://127.0.0.1:3000]

events  NDJSON files of events (plain, .gz, or - for standard input), to POST /api/v1/events
otlp    OTLP/JSON, one request a file or a line (what the collector's file exporter writes), or one protobuf request
        (.pb, .bin); plain or .gz, to POST /v1/traces, /v1/logs
After an interruption the same command goes on where it stopped; nothing is counted twice.

  --key          an agent key with the scope ingest; or the variable SIGNALBOX_KEY
  --url          address of the Signalbox, or the variable SIGNALBOX_URL
  --batch        events in one request, 1 to 10000 (1000)
  --concurrency  requests under way, 1 to 32 (4)
  --retries      tries after an answer that asks to wait, or none (10)
  --state        folder for checkpoints and rejected lines (beside each file)`

async function main() {
  const { what, files, options } = readArguments()
  const { send, told } = KINDS[what]
  if (options.stateFolder) mkdirSync(options.stateFolder, { recursive: true })
  let rejected = 0
  for (const file of files) {
    const startedMs = performance.now()
    const result = await send(file, { ...options, onProgress: progressLine(file), onWait: waitLine(file) })
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
    const resumed = result.resumedAt > 0 ? `, resumed after line ${result.resumedAt}` : ''
    clearLine()
    console.log(`${file}: ${told(result)}, ${seconds} s${resumed}`)
    if (result.rejected > 0) console.log(`  rejected lines: ${result.rejectedFile}`)
    rejected += result.rejected
  }
  if (rejected > 0) {
    const { rejectedThings } = KINDS[what]
    throw new ImportError(
      `${rejected} ${rejectedThings} were rejected`,
      'read the reasons in the files named above; send only corrected lines',
    )
  }
}

/** What can be imported: how a file is sent and what is said about it. Spans are counted by the server alone. */
const KINDS = {
  events: {
    send: importFile,
    told: ({ accepted, duplicates, rejected }) =>
      `${accepted} accepted, ${duplicates} changed nothing, ${rejected} rejected`,
    filesOf: (path) => [path],
    rejectedThings: 'lines',
  },
  otlp: {
    send: importOtlpFile,
    told: ({ accepted, rejected }) => `${accepted} requests taken, ${rejected} records rejected`,
    filesOf: otlpFiles,
    rejectedThings: 'records',
  },
}

function readArguments() {
  const string = { type: 'string' }
  let parsed
  try {
    const options = { url: string, key: string, batch: string, concurrency: string, retries: string, state: string }
    parsed = parseArgs({ allowPositionals: true, options: { ...options, help: { type: 'boolean' } } })
  } catch (error) {
    throw new ImportError(error.message, 'run with --help', { cause: error })
  }
  const { values, positionals } = parsed
  if (values.help) {
    console.log(USAGE)
    process.exit(0)
  }
  const [what, ...paths] = positionals
  if (!Object.hasOwn(KINDS, what ?? ''))
    throw new ImportError('say what to import: events or otlp', 'npm run import -- events FILE… --key sbx_…')
  if (paths.length === 0) throw new ImportError('no file named', 'name at least one file, or - for standard input')
  const key = values.key ?? process.env.SIGNALBOX_KEY
  if (!key) throw new ImportError('no key', 'pass --key sbx_… or set SIGNALBOX_KEY')
  const url = values.url ?? process.env.SIGNALBOX_URL ?? 'http://127.0.0.1:3000'
  if (!/^https?:/.test(url) || !URL.canParse(url))
    throw new ImportError('--url is not an http address', 'e.g. --url http://127.0.0.1:3000')
  const options = {
    url,
    key,
    stateFolder: values.state,
    batch: within('batch', values.batch ?? '1000', 1, 10_000),
    concurrency: within('concurrency', values.concurrency ?? '4', 1, 32),
    retries: within('retries', values.retries ?? '10', 0, 100),
  }
  const files = paths.flatMap(KINDS[what].filesOf)
  if (files.length === 0) throw new ImportError('the folder holds no OTLP files', 'they end in .json, .jsonl or .pb')
  return { what, files, options }
}

function within(name, text, min, max) {
  const number = Number(text)
  if (Number.isInteger(number) && number >= min && number <= max) return number
  throw new ImportError(`--${name} is not a whole number from ${min} to ${max}`, `e.g. --${name} ${min}`)
}

/** On a terminal one line that is written over; in a log a line every five seconds. */
function progressLine(file) {
  let lastMs = 0
  return (progress) => {
    const now = performance.now()
    if (now - lastMs < (process.stderr.isTTY ? 100 : 5_000)) return
    lastMs = now
    const text = `${file}: line ${progress.line}, ${progress.accepted} accepted, ${progress.rejected} rejected`
    process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${text}` : `${text}\n`)
  }
}

function waitLine(file) {
  return ({ waitMs, reason }) => {
    clearLine()
    process.stderr.write(`${file}: ${reason}, waiting ${(waitMs / 1000).toFixed(1)} s\n`)
  }
}

function clearLine() {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
}

const FILE_PROBLEMS = {
  ENOENT: 'check the path',
  EISDIR: 'name files, not folders',
  EACCES: 'make the file readable, and its folder writable or pass --state FOLDER',
  EROFS: 'pass --state FOLDER: checkpoints cannot be written beside the file',
  EPERM: 'pass --state FOLDER: checkpoints cannot be written beside the file',
}

main().catch((error) => {
  clearLine()
  console.error(`error: ${error.message}`)
  console.error(`fix: ${error.fix ?? FILE_PROBLEMS[error.code] ?? 'check that the file is NDJSON, one event a line'}`)
  process.exitCode = 1
})
