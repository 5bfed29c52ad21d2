import type { Permission } from '@/lib/auth/permissions'

/** Who acts. A new kind of caller breaks every incomplete `switch`. */
export type Actor =
  | { type: 'person'; id: string; sessionId: string; authTime: Date }
  | { type: 'key'; id: string; agentId: string | null; environment: string }
  | { type: 'system'; id: string }

/**
 * What a command or query may know about its caller. `teamId` is the team acted in, or `platform` for acts above teams.
 * `permissions` are the caller's in that team (lib/auth/permissions.ts).
 */
export type Ctx = {
  teamId: string
  actor: Actor
  permissions: ReadonlySet<Permission>
  now: Date
  requestId: string
}

/** The reserved team of rows and audit entries that belong to no single team. */
export const PLATFORM = 'platform'
