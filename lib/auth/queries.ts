import 'server-only'
import { z } from 'zod'
import type { KeyCtx, MembershipRef, TeamRef } from '@/lib/auth/caller'
import { KEY_SCOPES, PLATFORM_ROLES, TEAM_ROLES, type KeyScope, type PlatformRole } from '@/lib/auth/permissions'
import { pool } from '@/lib/core/db'

/** A sign-in with everything that a request needs to know of its person. */
export type SignedIn = {
  sessionId: string
  authTime: Date
  lastSeenAt: Date
  expiresAt: Date
  endedAt: Date | null
  person: { id: string; name: string; email: string; platformRole: PlatformRole | null; removedAt: Date | null }
  memberships: MembershipRef[]
}

/** One statement over primary keys; undefined when there is no such sign-in. */
export const signedIn = async (sessionId: string): Promise<SignedIn | undefined> => {
  const { rows } = await pool().query(
    `SELECT s.id AS "sessionId", s.auth_time AS "authTime", s.last_seen_at AS "lastSeenAt", s.expires_at AS "expiresAt",
       s.ended_at AS "endedAt",
       p.id, p.name, p.email, p.platform_role AS "platformRole", p.removed_at AS "removedAt",
       (SELECT coalesce(json_agg(json_build_object('id', t.id, 'slug', t.slug, 'name', t.name, 'role', m.role, 'groups', m.groups)
                 ORDER BY m.created_at, t.id), '[]')
          FROM membership m JOIN team t ON t.id = m.team_id WHERE m.person_id = p.id) AS memberships
     FROM session s JOIN person p ON p.id = s.person_id WHERE s.id = $1`,
    [sessionId],
  )
  if (!rows[0]) return undefined
  const { id, name, email, platformRole, removedAt, ...row } = SignedInRow.parse(rows[0])
  return { ...row, person: { id, name, email, platformRole, removedAt } }
}

const TeamRefRow = z.object({ id: z.string(), slug: z.string(), name: z.string() })
const SignedInRow = TeamRefRow.omit({ slug: true }).extend({
  sessionId: z.string(),
  authTime: z.date(),
  lastSeenAt: z.date(),
  expiresAt: z.date(),
  endedAt: z.date().nullable(),
  email: z.string(),
  platformRole: z.enum(PLATFORM_ROLES).nullable(),
  removedAt: z.date().nullable(),
  memberships: z.array(TeamRefRow.extend({ role: z.enum(TEAM_ROLES), groups: z.array(z.string()) })),
})

/** A team by slug or id, for platform roles; undefined asks for the oldest team. */
export const teamRef = async (slugOrId: string | undefined): Promise<TeamRef | undefined> => {
  const { rows } = await pool().query(
    slugOrId === undefined
      ? 'SELECT id, slug, name FROM team ORDER BY created_at, id LIMIT 1'
      : 'SELECT id, slug, name FROM team WHERE slug = $1 OR id = $1',
    slugOrId === undefined ? [] : [slugOrId],
  )
  return rows[0] ? TeamRefRow.parse(rows[0]) : undefined
}

/** A key as stored, with its team's settings for ingest. */
export type StoredKey = {
  publicId: string
  secretSha256: Uint8Array
  scopes: KeyScope[]
  environment: string
  agentId: string | null
  agentName: string | null
  expiresAt: Date | null
  revokedAt: Date | null
  lastUsedAt: Date | null
  team: KeyCtx['team']
}

/** One statement over primary keys; undefined when there is no such key. */
export const storedKey = async (publicId: string): Promise<StoredKey | undefined> => {
  const { rows } = await pool().query(
    `SELECT k.public_id AS "publicId", k.secret_sha256 AS "secretSha256", k.scopes, k.environment, k.agent_id AS "agentId",
       a.name AS "agentName", k.expires_at AS "expiresAt", k.revoked_at AS "revokedAt", k.last_used_at AS "lastUsedAt",
       t.id, t.slug, t.name, t.redaction, t.redaction_salt AS "redactionSalt", t.hash_user_ids AS "hashUserIds",
       t.payload_max_bytes AS "payloadMaxBytes", t.ingest_per_minute AS "ingestPerMinute",
       ARRAY(SELECT o.name FROM agent o WHERE o.team_id = k.team_id AND o.trace_is_interaction ORDER BY o.name LIMIT 1000)
         AS "traceInteractionAgents"
     FROM agent_key k JOIN team t ON t.id = k.team_id
     LEFT JOIN agent a ON a.team_id = k.team_id AND a.id = k.agent_id
     WHERE k.public_id = $1`,
    [publicId],
  )
  if (!rows[0]) return undefined
  const { id, slug, name, ...row } = StoredKeyRow.parse(rows[0])
  const { redaction, redactionSalt, hashUserIds, payloadMaxBytes, ingestPerMinute, traceInteractionAgents, ...key } =
    row
  const settings = { redaction, redactionSalt, hashUserIds, payloadMaxBytes, ingestPerMinute, traceInteractionAgents }
  return { ...key, team: { id, slug, name, ...settings } }
}

const StoredKeyRow = TeamRefRow.extend({
  publicId: z.string(),
  secretSha256: z.instanceof(Uint8Array),
  scopes: z.array(z.enum(KEY_SCOPES)),
  environment: z.string(),
  agentId: z.string().nullable(),
  agentName: z.string().nullable(),
  expiresAt: z.date().nullable(),
  revokedAt: z.date().nullable(),
  lastUsedAt: z.date().nullable(),
  redaction: z.unknown(),
  redactionSalt: z.instanceof(Uint8Array),
  hashUserIds: z.boolean(),
  payloadMaxBytes: z.number(),
  ingestPerMinute: z.number().nullable(),
  traceInteractionAgents: z.array(z.string()),
})

/** Whether the first administrator is still to be made. */
export const isSetupNeeded = async (): Promise<boolean> => {
  const { rows } = await pool().query('SELECT 1 FROM person LIMIT 1')
  return rows.length === 0
}

/** What a sign-in needs of a person; the e-mail in lower case. */
export const credentialsOf = async (
  email: string,
): Promise<{ id: string; passwordHash: string | null } | undefined> => {
  const { rows } = await pool().query(
    'SELECT id, password_hash AS "passwordHash" FROM person WHERE email = $1 AND removed_at IS NULL',
    [email],
  )
  return rows[0] ? z.object({ id: z.string(), passwordHash: z.string().nullable() }).parse(rows[0]) : undefined
}

/** Rejects when the database does not answer. */
export const databaseAnswers = async (): Promise<void> => {
  await pool().query('SELECT 1')
}
