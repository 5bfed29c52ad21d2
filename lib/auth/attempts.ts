import 'server-only'
import { createHash } from 'node:crypto'
import { clearOldAttempts, giveBackAttempt, takeAttempt, type Attempt } from '@/lib/auth/store'
import { DomainError } from '@/lib/core/errors'

const WINDOW_MS = 15 * 60_000
const SUBJECT_MAX = 10
const ADDRESS_MAX = 50

/**
 * Lets a password or setup code be tried at most 10 times for a subject (an e-mail) and 50 times from an address in
 * each fixed window of 15 minutes, over all processes. Successes do not count. Throws `rate_limited` with the wait.
 */
export const limited = async <T>(
  who: { subject: string; address: string; now: Date },
  attempt: () => Promise<T | undefined>,
): Promise<T | undefined> => {
  const taken = attemptOf(who)
  if (!(await takeAttempt(taken))) throw tooMany(taken, who.now)
  const value = await attempt()
  if (value !== undefined) await giveBackAttempt(taken)
  return value
}

/**
 * The caller's address: what the proxy nearest to us says, or Next about its socket. Without a proxy a caller may write
 * it itself, so the limit for each e-mail is the one that holds.
 */
export const addressOf = (headers: Headers): string =>
  headers.get('x-forwarded-for')?.split(',').at(-1)?.trim() || 'unknown'

/** For the worker: forgets windows that have passed. */
export const clearPastAttempts = (now: Date): Promise<void> => clearOldAttempts(new Date(now.getTime() - 2 * WINDOW_MS))

const attemptOf = ({ subject, address, now }: { subject: string; address: string; now: Date }): Attempt => ({
  subjectSha256: sha256(`subject\0${subject}`),
  addressSha256: sha256(`address\0${address}`),
  windowStart: new Date(Math.floor(now.getTime() / WINDOW_MS) * WINDOW_MS),
  addressMax: ADDRESS_MAX,
  subjectMax: SUBJECT_MAX,
})

const tooMany = (taken: Attempt, now: Date): DomainError => {
  const waitSec = Math.ceil((taken.windowStart.getTime() + WINDOW_MS - now.getTime()) / 1000)
  const wait = waitSec < 60 ? 'a minute' : `${Math.ceil(waitSec / 60)} minutes`
  return new DomainError('rate_limited', `Too many failed attempts. Try again in ${wait}.`, { retryAfterSec: waitSec })
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
