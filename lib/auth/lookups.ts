import 'server-only'
import { RevocationListener } from '@/lib/auth/listener'
import { LookupCache } from '@/lib/auth/lookup-cache'
import { signedIn, storedKey, type SignedIn, type StoredKey } from '@/lib/auth/queries'

/**
 * Sign-ins and keys by id, remembered for 5 s and forgotten at once when any process changes them; for less than 1 s
 * while notifications do not arrive. One set for the process, also when Next loads this module more than once.
 */
export const lookups = (): Lookups => (holder.signalboxLookups ??= openLookups())

/** Forgets everything and closes the connection (graceful shutdown, tests). */
export const closeLookups = async (): Promise<void> => {
  const open = holder.signalboxLookups
  delete holder.signalboxLookups
  await open?.listener.stop()
}

type Lookups = {
  sessions: LookupCache<SignedIn>
  keys: LookupCache<StoredKey>
  listener: RevocationListener
}

const holder = globalThis as unknown as { signalboxLookups?: Lookups } // only this module writes the property

const HEARD_TTL_MS = 5_000
const UNHEARD_TTL_MS = 800

const openLookups = (): Lookups => {
  const ttlMs = (): number => (listener.isListening ? HEARD_TTL_MS : UNHEARD_TTL_MS)
  const sessions = new LookupCache(signedIn, ttlMs)
  const keys = new LookupCache(storedKey, ttlMs)
  const listener = new RevocationListener({
    onSession: (personId) => sessions.drop((value) => value.person.id === personId),
    onKey: (id) => keys.drop((value) => value.publicId === id || value.team.id === id),
    onGap: () => {
      sessions.clear()
      keys.clear()
    },
  })
  return { sessions, keys, listener }
}
