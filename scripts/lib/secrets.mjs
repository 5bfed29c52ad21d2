// secrets.json in the data folder: made once, mode 0600, never printed. The environment wins over it.
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from './log.mjs'
import { readJson, writePrivateJson } from './places.mjs'

const word = () => randomBytes(24).toString('base64url')
const key = () => randomBytes(32).toString('base64')

const MAKERS = {
  nextAuthSecret: key,
  encryptionKey: key, // 32 bytes
  databaseAdminPassword: word,
  databaseOwnerPassword: word,
  databaseAppPassword: word,
}

export const secretsFile = (folder) => join(folder, 'secrets.json')

/** Adds what is missing, so that a later version can ask for one more secret. */
export function ensureSecrets(folder) {
  const file = secretsFile(folder)
  const known = readJson(file)
  if (known === null && existsSync(file)) {
    throw new Problem(
      `${file} cannot be read`,
      `put back its last good copy; without it neither database nor encrypted values can be opened`,
    )
  }
  const secrets = { ...known }
  for (const [name, make] of Object.entries(MAKERS)) secrets[name] ||= make()
  if (JSON.stringify(secrets) !== JSON.stringify(known)) writePrivateJson(file, secrets)
  chmodSync(file, 0o600)
  return secrets
}

export const appSecrets = (secrets, env = process.env) => ({
  NEXTAUTH_SECRET: env.NEXTAUTH_SECRET || secrets.nextAuthSecret,
  SIGNALBOX_ENCRYPTION_KEY: env.SIGNALBOX_ENCRYPTION_KEY || secrets.encryptionKey,
})
