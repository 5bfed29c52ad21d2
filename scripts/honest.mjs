// npm run honest: the checks that keep the ledger honest, at the size of the specification: 20 seeds of 1,000 traces from
// 16 callers to 2 processes, natively and over OTLP, 20 kills, 4,000 days and a trace of 20,000 spans one by one. Takes hours; `--seeds 1` less.
import { parseArgs } from 'node:util'
import { ensureInstalled } from './lib/install.mjs'
import { main, Problem } from './lib/log.mjs'

const USAGE = `npm run honest -- [--seeds 20] [--traces 1000] [--deep 3] [--kills 20] [--trace-spans 20000] [--only orders|otlp|kills|bounds]`

const FILES = {
  orders: ['lib/ingest/honest.db.test.ts', 'lib/ingest/processes.db.test.ts'],
  otlp: ['lib/ingest/otlp/honest.db.test.ts'],
  kills: ['lib/ingest/kill.db.test.ts'],
  bounds: ['lib/ingest/bounds.db.test.ts'],
}

await main(async () => {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '20' },
      traces: { type: 'string', default: '1000' },
      deep: { type: 'string', default: '3' },
      kills: { type: 'string', default: '20' },
      'trace-spans': { type: 'string', default: '20000' },
      only: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(USAGE)
  if (values.only !== undefined && !FILES[values.only]) throw new Problem(`--only ${values.only} is unknown`, USAGE)
  await ensureInstalled()
  const { vitest } = await import('./lib/quality-steps.mjs')
  const extra = {
    SIGNALBOX_HONEST_SEEDS: values.seeds,
    SIGNALBOX_HONEST_TRACES: values.traces,
    SIGNALBOX_HONEST_DEEP: values.deep,
    SIGNALBOX_HONEST_KILLS: values.kills,
    SIGNALBOX_HONEST_TRACE_SPANS: values['trace-spans'],
    SIGNALBOX_HONEST_DAYS_A_REQUEST: '1',
  }
  for (const [name, files] of Object.entries(FILES)) {
    if (values.only !== undefined && values.only !== name) continue
    const started = performance.now()
    const { ok, counts, output } = await vitest('db', { files, extra })
    console.log(output)
    console.log(
      `${name}: ${counts.passed} passed, ${counts.failed} failed, ${Math.round((performance.now() - started) / 1000)} s`,
    )
    if (!ok) process.exitCode = 1
  }
})
