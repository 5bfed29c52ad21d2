import 'server-only'
import { DomainError } from '@/lib/core/errors'
import type { Item, ItemResult } from '@/lib/ingest/items'

/**
 * Lets concurrent small requests of a team share a commit: while its lanes are busy, requests gather; a free lane takes
 * all of them up to a bound. Memory is bounded: past it, senders are asked to come back.
 */
export type Commit = (teamId: string, items: readonly Item[]) => Promise<ItemResult[]>
export type BatcherLimits = {
  lanesPerTeam: number
  lanes: number
  itemsPerCommit: number
  pendingItems: number
  pendingBytes: number
}

export const DEFAULT_LIMITS: BatcherLimits = {
  lanesPerTeam: 2,
  lanes: 6,
  itemsPerCommit: 2_000,
  pendingItems: 60_000,
  pendingBytes: 192 * 1024 * 1024,
}

type Waiting = {
  items: readonly Item[]
  bytes: number
  resolve: (results: ItemResult[]) => void
  reject: (error: unknown) => void
}
type Queue = { waiting: Waiting[]; lanes: number }

export class Batcher {
  private readonly queues = new Map<string, Queue>()
  private lanes = 0
  private pendingItems = 0
  private pendingBytes = 0
  private readonly commit: Commit
  private readonly limits: BatcherLimits

  constructor(commit: Commit, limits: BatcherLimits = DEFAULT_LIMITS) {
    this.commit = commit
    this.limits = limits
  }

  /** Resolves after the commit that holds the items. Throws `unavailable` (Retry-After 1) when too much is waiting. */
  submit(teamId: string, items: readonly Item[], bytes: number): Promise<ItemResult[]> {
    if (items.length === 0) return Promise.resolve([])
    if (
      this.pendingItems > 0 &&
      (this.pendingItems + items.length > this.limits.pendingItems ||
        this.pendingBytes + bytes > this.limits.pendingBytes)
    ) {
      return Promise.reject(
        new DomainError('unavailable', 'More is arriving than can be stored. Send it again.', { retryAfterSec: 1 }),
      )
    }
    this.pendingItems += items.length
    this.pendingBytes += bytes
    return new Promise((resolve, reject) => {
      const queue = this.queues.get(teamId) ?? { waiting: [], lanes: 0 }
      this.queues.set(teamId, queue)
      queue.waiting.push({ items, bytes, resolve, reject })
      this.pump()
    })
  }

  private pump(): void {
    for (const [teamId, queue] of [...this.queues]) {
      while (queue.waiting.length > 0 && queue.lanes < this.limits.lanesPerTeam && this.lanes < this.limits.lanes) {
        void this.run(teamId, queue, this.take(queue))
      }
      if (queue.waiting.length === 0 && queue.lanes === 0) this.queues.delete(teamId)
      else {
        // The team served now goes to the end of the line, so that no team waits for another's flood.
        this.queues.delete(teamId)
        this.queues.set(teamId, queue)
      }
      if (this.lanes >= this.limits.lanes) return
    }
  }

  private take(queue: Queue): Waiting[] {
    const taken: Waiting[] = []
    let size = 0
    for (
      let next = queue.waiting[0];
      next && (taken.length === 0 || size + next.items.length <= this.limits.itemsPerCommit);
      next = queue.waiting[0]
    ) {
      taken.push(next)
      size += next.items.length
      queue.waiting.shift()
    }
    return taken
  }

  private async run(teamId: string, queue: Queue, taken: readonly Waiting[]): Promise<void> {
    queue.lanes += 1
    this.lanes += 1
    try {
      await this.store(teamId, taken)
    } finally {
      queue.lanes -= 1
      this.lanes -= 1
      for (const waiting of taken) {
        this.pendingItems -= waiting.items.length
        this.pendingBytes -= waiting.bytes
      }
      this.pump()
    }
  }

  private async store(teamId: string, taken: readonly Waiting[]): Promise<void> {
    try {
      const results = await this.commit(
        teamId,
        taken.flatMap((waiting) => waiting.items),
      )
      let at = 0
      for (const waiting of taken) waiting.resolve(results.slice(at, (at += waiting.items.length)))
    } catch (error) {
      if (taken.length === 1 || (error instanceof DomainError && error.code === 'unavailable')) {
        for (const waiting of taken) waiting.reject(error)
        return
      }
      // One request of the shared commit is at fault: each alone, so that only that one fails.
      for (const waiting of taken) await this.store(teamId, [waiting])
    }
  }
}
