// npm run worker: the background work as a process of its own, beside `SIGNALBOX_WORKER=off npm start`.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ensureInstalled } from './lib/install.mjs'
import { main, Problem } from './lib/log.mjs'
import { dataFolder, loadDotEnv, makeDataFolder, projectDir } from './lib/places.mjs'

await main(async () => {
  loadDotEnv()
  await ensureInstalled()
  const entry = 'lib/worker/main.ts'
  if (!existsSync(join(projectDir, entry)))
    throw new Problem(`there is no ${entry}`, 'check that the clone is complete: git status')
  const { requireAddresses } = await import('./lib/connected.mjs')
  const { appEnvironment } = await import('./lib/environment.mjs')
  const { ensurePrismaClient } = await import('./lib/prisma-generate.mjs')
  const { ensureSecrets } = await import('./lib/secrets.mjs')
  const { importTypeScript } = await import('./lib/bundle.mjs')
  const folder = makeDataFolder(dataFolder())
  const { app, owner } = requireAddresses(folder)
  const urls = { DATABASE_URL: app, DATABASE_OWNER_URL: owner === app ? undefined : owner }
  await ensurePrismaClient()
  const nodeEnv = process.env.NODE_ENV || 'production'
  Object.assign(process.env, appEnvironment({ folder, secrets: ensureSecrets(folder), urls, url: '', nodeEnv }))
  await importTypeScript(entry)
})
