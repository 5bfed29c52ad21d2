// npm run doctor: every check prints `ok …` or `fix: <command>`. `-- --recount` also compares every stored total with a
// plain recount.
import { main } from './lib/log.mjs'
import { dataFolder, loadDotEnv } from './lib/places.mjs'
import { packagesToInstall } from './lib/install.mjs'

await main(async () => {
  loadDotEnv()
  const folder = dataFolder()
  if (packagesToInstall().length) {
    console.log('fix: npm ci  (the installed packages are not those of package-lock.json; nothing else can be checked)')
    process.exitCode = 1
    return
  }
  const { runChecks } = await import('./lib/checks.mjs')
  const needed = await runChecks(folder, ({ ok, fix, why }) =>
    console.log(fix ? `fix: ${fix}  (${why})` : `ok   ${ok}`),
  )
  if (needed) process.exitCode = 1
  if (process.argv.includes('--recount')) {
    const { printRecount } = await import('./lib/recount.mjs')
    if (!(await printRecount(folder))) process.exitCode = 2
  }
})
