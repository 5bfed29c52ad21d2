// npm start: install, database, migrations, build, serve, and keep both alive until Ctrl-C.
import { ensureInstalled } from './lib/install.mjs'
import { launchSignalbox } from './lib/launcher.mjs'
import { main } from './lib/log.mjs'

await main(async () => {
  await ensureInstalled()
  await launchSignalbox({ mode: 'start' })
})
