import type { PlatformRole, TeamRole } from '@/lib/auth/permissions'
import type { Actor, Ctx } from '@/lib/core/context'

/** A signed-in person acting in one team (`teamId`), or above teams (`teamId` = PLATFORM, `team` null). */
export type SessionCtx = Ctx & {
  actor: Extract<Actor, { type: 'person' }>
  person: { id: string; name: string; email: string; platformRole: PlatformRole | null }
  team: TeamRef | null
  /** Role in `team`; null for platform roles acting in a team that they are not a member of. */
  role: TeamRole | null
  memberships: readonly MembershipRef[]
}

export type TeamRef = { id: string; slug: string; name: string }
export type MembershipRef = TeamRef & { role: TeamRole; groups: readonly string[] }

/** An agent's key acting in its own team. */
export type KeyCtx = Ctx & {
  actor: Extract<Actor, { type: 'key' }>
  /** Name of the one agent that the key is bound to; null = every agent of the team. */
  agentName: string | null
  team: TeamRef & IngestSettings
}

/** What ingest needs to know of the team, read with the key. */
export type IngestSettings = {
  /** As stored: lib/redaction/schema.ts parses it. */
  redaction: unknown
  redactionSalt: Uint8Array
  hashUserIds: boolean
  payloadMaxBytes: number
  /** Items a minute; null = no limit. */
  ingestPerMinute: number | null
  /** Agents whose traces are interactions of their own where no span names one. */
  traceInteractionAgents: readonly string[]
}
