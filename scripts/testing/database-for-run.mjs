// Before the first database test: a server and a migrated template. `npm test` has one already and names it in
// SIGNALBOX_TEST_SERVER; vitest alone opens and closes its own.
import { rmSync } from 'node:fs'
import { ensurePrismaClient } from '../lib/prisma-generate.mjs'
import { silently } from '../lib/log.mjs'
import { openTestServer, temporaryDataFolder } from '../lib/test-server.mjs'

export default async function setup({ provide }) {
  await silently(ensurePrismaClient)
  const given = process.env.SIGNALBOX_TEST_SERVER
  const server = given ? JSON.parse(given) : await openTestServer()
  const { run, ownerUrl, appUrl, template } = server
  const dataFolder = temporaryDataFolder()
  provide('signalboxTestServer', { run, ownerUrl, appUrl, template, dataFolder })
  return async () => {
    rmSync(dataFolder, { recursive: true, force: true })
    await server.close?.()
  }
}
