// npm run dev: like npm start, but with `next dev`, which compiles what you look at.
import { ensureInstalled } from './lib/install.mjs'
import { launchSignalbox } from './lib/launcher.mjs'
import { main } from './lib/log.mjs'

await main(async () => {
  await ensureInstalled()
  await launchSignalbox({ mode: 'dev' })
})
