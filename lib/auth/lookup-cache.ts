import 'server-only'

/**
 * Remembers what was read by id, for a few seconds, until another process says that it changed. One load at a time for
 * an id; a load that was under way when its id was dropped is answered once and not kept, so that it cannot bring back
 * the old state. `undefined` (nothing found) is never kept.
 */
export class LookupCache<T> {
  readonly #load: (id: string) => Promise<T | undefined>
  readonly #ttlMs: () => number
  readonly #entries = new Map<string, { value: T; readAtMs: number }>()
  readonly #loading = new Map<string, Promise<T | undefined>>()

  constructor(load: (id: string) => Promise<T | undefined>, ttlMs: () => number) {
    this.#load = load
    this.#ttlMs = ttlMs
  }

  async get(id: string): Promise<T | undefined> {
    const entry = this.#entries.get(id)
    // Monotonic, so that a corrected wall clock cannot keep an entry alive.
    if (entry && performance.now() - entry.readAtMs < this.#ttlMs()) return entry.value
    return this.#loading.get(id) ?? this.#start(id)
  }

  /** Forgets every entry that the test names, and every load under way. */
  drop(isMeant: (value: T, id: string) => boolean): void {
    this.#loading.clear()
    for (const [id, entry] of this.#entries) if (isMeant(entry.value, id)) this.#entries.delete(id)
  }

  clear(): void {
    this.drop(() => true)
  }

  #start(id: string): Promise<T | undefined> {
    const readAtMs = performance.now()
    const loading = this.#load(id).then(
      (value) => {
        if (this.#loading.get(id) === loading) {
          this.#loading.delete(id)
          if (value !== undefined) this.#keep(id, { value, readAtMs })
        }
        return value
      },
      (error: unknown) => {
        if (this.#loading.get(id) === loading) this.#loading.delete(id)
        throw error
      },
    )
    this.#loading.set(id, loading)
    return loading
  }

  #keep(id: string, entry: { value: T; readAtMs: number }): void {
    // A Map iterates in order of insertion: the oldest goes first.
    this.#entries.delete(id)
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size < ENTRIES_MAX) break
      this.#entries.delete(oldest)
    }
    this.#entries.set(id, entry)
  }
}

const ENTRIES_MAX = 5_000
