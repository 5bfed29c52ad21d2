import 'server-only'
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { env } from '@/lib/core/env'
import { log } from '@/lib/core/log'

/**
 * AES-256-GCM: iv (12 bytes), tag (16), ciphertext. `context` binds the box to its place: it opens nowhere else.
 */
export const seal = (key: Uint8Array, plain: Uint8Array, context: string): Buffer => {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context))
  const text = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), text])
}

/** Throws when key, context or box differ from those of `seal`. */
export const open = (key: Uint8Array, box: Uint8Array, context: string): Buffer => {
  const bytes = Buffer.from(box)
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 })
  decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(12, 28))
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()])
}

let cached: Buffer | undefined
/**
 * The installation's key from SIGNALBOX_ENCRYPTION_KEY: 32 bytes in base64 or hex, as `npm start` makes it. Without it
 * production refuses to run; elsewhere a fixed key keeps development simple and protects nothing.
 */
export const masterKey = (): Buffer => (cached ??= readMasterKey())

const readMasterKey = (): Buffer => {
  const text = env().SIGNALBOX_ENCRYPTION_KEY
  if (!text) {
    if (env().NODE_ENV === 'production') {
      throw new Error('Set SIGNALBOX_ENCRYPTION_KEY (32 bytes in base64), or start with `npm start`, which does.')
    }
    log.warn('SIGNALBOX_ENCRYPTION_KEY is not set: a fixed development key is used, which keeps nothing secret')
    return Buffer.from(hkdfSync('sha256', 'signalbox development', '', 'encryption key', 32))
  }
  const key = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64')
  if (key.length !== 32) throw new Error('SIGNALBOX_ENCRYPTION_KEY is not 32 bytes in base64 or hex.')
  return key
}
