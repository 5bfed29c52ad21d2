import 'server-only'
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { DomainError } from '@/lib/core/errors'

/**
 * Hashes a password with scrypt for the column `person.password_hash`: `scrypt$<log2 N>$<r>$<p>$<salt>$<hash>`. The
 * parameters are stored, so that raising them later leaves old hashes readable (OWASP: N = 2^15, r = 8, p = 3; 32 MB).
 */
export const hashPassword = async (password: string): Promise<string> => {
  const salt = randomBytes(16)
  const hash = await derive(password, salt, CURRENT, HASH_BYTES)
  return ['scrypt', CURRENT.logN, CURRENT.r, CURRENT.p, salt.toString('base64url'), hash.toString('base64url')].join(
    '$',
  )
}

/**
 * Compares in constant time. With no stored hash (unknown e-mail, person without a password) the same work is done
 * against a dummy, so that the time of the answer does not tell who has an account.
 */
export const verifyPassword = async (password: string, stored: string | null): Promise<boolean> => {
  const known = stored === null ? undefined : parse(stored)
  const target = known ?? { ...CURRENT, salt: DUMMY_SALT, hash: Buffer.alloc(HASH_BYTES) }
  const hash = await derive(password, target.salt, target, target.hash.length)
  return timingSafeEqual(hash, target.hash) && known !== undefined
}

type Cost = { logN: number; r: number; p: number }
const CURRENT: Cost = { logN: 15, r: 8, p: 3 }
const HASH_BYTES = 32
const DUMMY_SALT = randomBytes(16)

/** Hashing fills a core: a flood of sign-ins must leave the other cores and libuv's threads to everybody else. */
const RUNNING_MAX = 2
const WAITING_MAX = 100
const waiting: (() => void)[] = []
let running = 0

const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
  if (running >= RUNNING_MAX) {
    if (waiting.length >= WAITING_MAX) {
      throw new DomainError('unavailable', 'Too many people are signing in at this moment. Try again.', {
        retryAfterSec: 5,
      })
    }
    await new Promise<void>((resolve) => waiting.push(resolve))
  } else running++
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}

/** The same password typed on two systems may differ in Unicode form only. */
const derive = (password: string, salt: Uint8Array, cost: Cost, bytes: number): Promise<Buffer> =>
  inTurn(
    () =>
      new Promise((resolve, reject) => {
        const options = { N: 2 ** cost.logN, r: cost.r, p: cost.p, maxmem: 256 * 2 ** cost.logN * cost.r }
        scrypt(password.normalize('NFKC'), salt, bytes, options, (error, key) => (error ? reject(error) : resolve(key)))
      }),
  )

const parse = (stored: string): (Cost & { salt: Buffer; hash: Buffer }) | undefined => {
  const match = /^scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([\w-]{16,})\$([\w-]{32,})$/.exec(stored)
  if (!match) return undefined
  const [, logN = '', r = '', p = '', salt = '', hash = ''] = match
  return {
    logN: Number(logN),
    r: Number(r),
    p: Number(p),
    salt: Buffer.from(salt, 'base64url'),
    hash: Buffer.from(hash, 'base64url'),
  }
}
