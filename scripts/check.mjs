// npm run check: what can be known in a minute and without a database.
import { ensureInstalled } from './lib/install.mjs'
import { main } from './lib/log.mjs'
import { endRunningCommands } from './lib/processes.mjs'
import { summarise } from './lib/test-results.mjs'

await main(async () => {
  await ensureInstalled()
  const { format, lint, types, pure } = await import('./lib/quality-steps.mjs')
  const { runSteps } = await import('./lib/step-runner.mjs')
  process.on('SIGINT', () => (endRunningCommands(), process.exit(130)))
  const counts = await runSteps([
    ['format', format],
    ['lint', lint],
    ['types', types],
    ['pure', () => pure([])],
  ])
  const { failed, lines } = summarise({ counts, notRun: [], strict: false })
  console.log(`\n${lines.join('\n')}`)
  process.exitCode = failed ? 1 : 0
})
