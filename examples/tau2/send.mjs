import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { ImportError } from '../../scripts/import/post.mjs'
import { sendEvents } from '../../scripts/import/sender.mjs'
import { inOrder, ORDERS, toEvents } from './to-events.mjs'

const USAGE = `node examples/tau2/send.mjs FILE… --key sbx_… [--url http://127.0.0.1:3000]
  --order    ${ORDERS.join(' | ')}
  --seed     number for the shuffle (1)
  --batch    events in one request (500)
  --agent    name of the agent (tau2-retail)
  --dry-run  write the events as NDJSON instead of sending them`

async function main() {
  const { files, values } = readArguments()
  const events = files.flatMap((fileName) => toEvents(readDocument(fileName), { fileName, agent: values.agent }))
  const ordered = inOrder(events, values.order, Number(values.seed))
  if (values['dry-run']) {
    process.stdout.write(ordered.map((event) => `${JSON.stringify(event)}\n`).join(''))
    return
  }
  const key = values.key ?? process.env.SIGNALBOX_KEY
  if (!key) throw new ImportError('no key', 'pass --key sbx_…, set SIGNALBOX_KEY, or use --dry-run')
  const { accepted, duplicates, rejected } = await sendEvents(ordered, {
    url: values.url,
    key,
    batch: Number(values.batch),
    onWait: ({ reason, waitMs }) => console.error(`${reason}, waiting ${waitMs / 1000} s`),
  })
  console.log(
    `${ordered.length} events: ${accepted} accepted, ${duplicates} changed nothing, ${rejected.length} rejected`,
  )
  for (const { line, code, message, path } of rejected.slice(0, 20))
    console.log(`  event ${line}: ${code} ${path ?? ''} ${message}`)
  if (rejected.length > 0) throw new ImportError(`${rejected.length} events were rejected`, 'see the reasons above')
}

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:3000' },
      key: { type: 'string' },
      order: { type: 'string', default: 'as-is' },
      seed: { type: 'string', default: '1' },
      batch: { type: 'string', default: '500' },
      agent: { type: 'string', default: 'tau2-retail' },
      'dry-run': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    process.exit(0)
  }
  const batch = Number(values.batch)
  if (positionals.length === 0) throw new ImportError('no file named', 'name τ²-bench result files')
  if (!ORDERS.includes(values.order))
    throw new ImportError(`unknown --order ${values.order}`, `use ${ORDERS.join(', ')}`)
  if (!Number.isInteger(batch) || batch < 1 || batch > 10_000)
    throw new ImportError('--batch is 1 to 10000', 'e.g. --batch 500')
  if (!Number.isInteger(Number(values.seed))) throw new ImportError('--seed is a whole number', 'e.g. --seed 7')
  return { files: positionals, values }
}

function readDocument(path) {
  const document = JSON.parse(readFileSync(path, 'utf8'))
  if (!Array.isArray(document.simulations))
    throw new ImportError(`${path} has no simulations`, 'name τ²-bench result files')
  return document
}

main().catch((error) => {
  console.error(`error: ${error.message}`)
  console.error(`fix: ${error.fix ?? 'run with --help'}`)
  process.exitCode = 1
})
