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
  const { ensurePrismaClient } = await import('./lib/prisma-generate.mjs')
  await ensurePrismaClient()
  const steps = [
    ['pure', () => pure([])],
    ['lint', lint],
    ['types', types],
    ['format', format],
  ]
  const counts = await runSteps(steps, { lanes: 2 })
  const { failed, lines } = summarise({ counts, notRun: [], strict: false })
  console.log(`\n${lines.join('\n')}`)
  process.exitCode = failed ? 1 : 0
})
