/**
 * Remembers facts that stay true, with the time they were last confirmed. Bounded: when full it forgets everything,
 * which costs one query for each fact and needs no bookkeeping on the hot path.
 */
export class RecentlyKnown {
  readonly #at = new Map<string, number>()
  readonly #max: number

  constructor(max: number) {
    this.#max = max
  }

  /** True when the fact was confirmed less than `maxAgeMs` before `now`. */
  isFresh(fact: readonly string[], now: Date, maxAgeMs: number): boolean {
    const at = this.#at.get(keyOf(fact))
    return at !== undefined && now.getTime() - at < maxAgeMs
  }

  remember(fact: readonly string[], now: Date): void {
    if (this.#at.size >= this.#max) this.#at.clear()
    this.#at.set(keyOf(fact), now.getTime())
  }
}

// Names hold no control characters, so U+0000 keeps the parts apart.
const keyOf = (fact: readonly string[]): string => fact.join('\u0000')
