import 'server-only'
import type { KeyCtx } from '@/lib/auth/caller'
import { systemClock } from '@/lib/core/clock'
import { log } from '@/lib/core/log'
import {
  addSighting,
  sightingsOf,
  sourceKey,
  traitsOf,
  WRITE_EVERY_MS,
  writeDelayMs,
  type Refused,
  type SeenSpan,
  type Sighting,
} from './rules'
import type { Road } from './schema'
import { saveSightings, SOURCES_MAX } from './store'

/**
 * Notes what a request brought, beside the ledger and after its commit: gathered in memory, written at once when a source
 * shows something for the first time, else at most every 5 s for each team. A crash loses those 5 s of counts. Never
 * throws and never makes a request wait; what fails to be written is logged and tried again.
 */
export const noteSources = (
  ctx: KeyCtx,
  road: Road,
  spans: readonly SeenSpan[],
  refused: readonly Refused[] = [],
): void => {
  try {
    notes().add(ctx.teamId, sightingsOf({ keyId: ctx.actor.id, road, now: ctx.now }, spans, refused))
  } catch (error) {
    log.error({ err: error }, 'what a request brought was not noted')
  }
}

/** Resolves when everything noted so far is written: for tests, and before the process ends. */
export const flushSources = (): Promise<void> => notes().flush()

/** One per process; on `globalThis` so that every route bundle shares it. */
const shared = globalThis as unknown as { signalboxSourceNotes?: SourceNotes }
const notes = (): SourceNotes => (shared.signalboxSourceNotes ??= new SourceNotes(saveSightings))

/** Teams held at most; a team that is forgotten has its next sighting written at once. */
const TEAMS_MAX = 1_000
/** Traits remembered of one source; past them nothing about it is news any more. */
const TRAITS_MAX = 200

type TeamNotes = {
  pending: Map<string, Sighting>
  /** Source -> what has been written about it. */
  known: Map<string, Set<string>>
  lastWrite: Date | null
  timer: { handle: NodeJS.Timeout; dueMs: number } | null
  writing: Promise<void> | null
}

export class SourceNotes {
  private readonly teams = new Map<string, TeamNotes>()
  private readonly save: typeof saveSightings

  constructor(save: typeof saveSightings) {
    this.save = save
  }

  add(teamId: string, sightings: readonly Sighting[]): void {
    if (sightings.length === 0) return
    const team = this.teamOf(teamId)
    let hasNews = false
    for (const sighting of sightings) {
      const key = sourceKey(sighting)
      const before = team.pending.get(key)
      if (before) addSighting(before, sighting)
      else if (team.pending.size < SOURCES_MAX) team.pending.set(key, sighting)
      else continue // more sources at once than a team may have: the table would not keep it either
      hasNews = isNews(team.known.get(key), sighting) || hasNews
    }
    this.schedule(teamId, team, writeDelayMs(hasNews, team.lastWrite, systemClock()))
  }

  async flush(): Promise<void> {
    await Promise.all([...this.teams].map(([teamId, team]) => this.write(teamId, team)))
  }

  private teamOf(teamId: string): TeamNotes {
    const team = this.teams.get(teamId) ?? {
      pending: new Map(),
      known: new Map(),
      lastWrite: null,
      timer: null,
      writing: null,
    }
    if (!this.teams.has(teamId) && this.teams.size >= TEAMS_MAX) {
      for (const [id, { pending, writing }] of this.teams) {
        if (pending.size > 0 || writing) continue
        this.teams.delete(id)
        break
      }
    }
    this.teams.set(teamId, team)
    return team
  }

  private schedule(teamId: string, team: TeamNotes, delayMs: number): void {
    const dueMs = systemClock().getTime() + delayMs
    if (team.timer && team.timer.dueMs <= dueMs) return
    if (team.timer) clearTimeout(team.timer.handle)
    const handle = setTimeout(() => void this.write(teamId, team), delayMs)
    handle.unref() // a process that has nothing else to do may end
    team.timer = { handle, dueMs }
  }

  /** One write of a team at a time; what comes meanwhile goes with the next. */
  private async write(teamId: string, team: TeamNotes): Promise<void> {
    if (team.timer) clearTimeout(team.timer.handle)
    team.timer = null
    while (team.writing) await team.writing
    const sightings = [...team.pending.values()]
    if (sightings.length === 0) return
    team.pending = new Map()
    team.lastWrite = systemClock()
    team.writing = this.save(teamId, sightings)
      .then(() => sightings.forEach((sighting) => remember(team.known, sighting)))
      .catch((error: unknown) => {
        log.warn({ err: error }, 'sources were not written; tried again with the next')
        putBack(team.pending, sightings)
        this.schedule(teamId, team, WRITE_EVERY_MS)
      })
      .finally(() => (team.writing = null))
    await team.writing
  }
}

const isNews = (known: ReadonlySet<string> | undefined, sighting: Sighting): boolean =>
  known === undefined || (known.size < TRAITS_MAX && traitsOf(sighting).some((trait) => !known.has(trait)))

const remember = (known: Map<string, Set<string>>, sighting: Sighting): void => {
  const key = sourceKey(sighting)
  const traits = known.get(key) ?? new Set()
  for (const trait of traitsOf(sighting)) if (traits.size < TRAITS_MAX) traits.add(trait)
  if (!known.has(key) && known.size >= SOURCES_MAX) known.clear() // costs one early write for each source
  known.set(key, traits)
}

const putBack = (pending: Map<string, Sighting>, sightings: readonly Sighting[]): void => {
  for (const sighting of sightings) {
    const key = sourceKey(sighting)
    const newer = pending.get(key)
    if (newer) addSighting(newer, sighting)
    else if (pending.size < SOURCES_MAX) pending.set(key, sighting)
  }
}
