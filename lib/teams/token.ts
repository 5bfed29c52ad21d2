import 'server-only'
import { createHash } from 'node:crypto'
import { randomText } from '@/lib/core/ids'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** The secret of an invitation link: 43 characters of 62, more than 256 bit. Shown once; only its hash is stored. */
export const newInvitationToken = (): string => randomText(43, ALPHABET)

export const tokenSha256 = (token: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createHash('sha256').update(token).digest())
