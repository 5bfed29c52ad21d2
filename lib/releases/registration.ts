import 'server-only'
import { lockDay, utcDay } from '@/lib/agents/registration'
import { newId } from '@/lib/core/ids'
import { RecentlyKnown } from '@/lib/core/recently-known'
import { inTransaction, type Queryable, type Sql } from '@/lib/core/sql'

/** Releases that telemetry names are registered on first sight, as lib/agents/registration.ts does for agents. */

export type ReleaseName = { agent: string; name: string }

const known = new RecentlyKnown(50_000)

/**
 * Registers the releases that the team does not know yet, up to its limit for the UTC day of `now`, in the order
 * given. Answers those past the limit; `isRefused` looks one up. With a pool it runs in its own short transaction
 * (prefer that); with a client in the caller's (READ COMMITTED).
 */
export const registerReleases = async (
  db: Queryable,
  teamId: string,
  releases: Iterable<ReleaseName>,
  now: Date,
): Promise<ReleaseRegistration> => {
  const byKey = new Map([...releases].map((release) => [keyOf(release), release]))
  const wanted = [...byKey.values()].filter((r) => !known.isFresh([teamId, r.agent, r.name], now, Infinity))
  if (wanted.length === 0) return { isRefused: () => false }
  const found = new Set((await db.query<ReleaseName>(knownReleases(teamId, wanted))).rows.map(keyOf))
  const missing = wanted.filter((release) => !found.has(keyOf(release)))
  const refused = new Set((missing.length > 0 ? await addReleases(db, teamId, missing, now) : []).map(keyOf))
  if (!('release' in db)) {
    for (const r of wanted) if (!refused.has(keyOf(r))) known.remember([teamId, r.agent, r.name], now)
  }
  return { isRefused: (release) => refused.has(keyOf(release)) }
}
export type ReleaseRegistration = { isRefused: (release: ReleaseName) => boolean }

const addReleases = (db: Queryable, teamId: string, releases: readonly ReleaseName[], now: Date) =>
  inTransaction(db, async (client) => {
    await client.query(lockDay(teamId, 'release', now))
    return (await client.query<ReleaseName>(insertReleases(teamId, releases, 'telemetry', now))).rows
  })

/** What an item that names a refused release is answered with. */
export const RELEASE_LIMIT_MESSAGE =
  'release: the team has registered as many new releases today as it may (2000 a UTC day unless changed). ' +
  'Use a known name, or let a platform administrator raise newReleasesPerDay.'

const keyOf = (release: ReleaseName): string => `${release.agent}\u0000${release.name}`

const knownReleases = (teamId: string, releases: readonly ReleaseName[]): Sql => ({
  text: `SELECT r.agent_name AS agent, r.name
FROM unnest($2::text[], $3::text[]) AS w (agent, name)
JOIN release r ON r.team_id = $1 AND r.agent_name = w.agent AND r.name = w.name`,
  values: [teamId, releases.map((r) => r.agent), releases.map((r) => r.name)],
})

/** Answers the releases past the limit; `lockDay` comes before it in the same transaction. */
export const insertReleases = (
  teamId: string,
  releases: readonly ReleaseName[],
  origin: 'api' | 'telemetry',
  now: Date,
): Sql => ({
  text: `WITH room AS (
  SELECT t.new_releases_per_day - d.used AS free FROM registration_day d JOIN team t ON t.id = d.team_id
  WHERE d.team_id = $1 AND d.day = $2::date AND d.kind = 'release'
), wanted AS (
  SELECT w.id, w.agent, w.name, row_number() OVER (ORDER BY w.nth) <= room.free AS fits
  FROM unnest($3::text[], $4::text[], $5::text[]) WITH ORDINALITY AS w (id, agent, name, nth), room
  WHERE NOT EXISTS (SELECT 1 FROM release r WHERE r.team_id = $1 AND r.agent_name = w.agent AND r.name = w.name)
), added AS (
  INSERT INTO release (team_id, id, agent_name, name, origin, created_at)
  SELECT $1, id, agent, name, $6, $7::timestamptz FROM wanted WHERE fits ORDER BY agent, name
  ON CONFLICT DO NOTHING RETURNING id
), counted AS (
  UPDATE registration_day SET used = used + (SELECT count(*)::int FROM added)
  WHERE team_id = $1 AND day = $2::date AND kind = 'release'
)
SELECT agent, name FROM wanted WHERE NOT fits`,
  values: [
    teamId,
    utcDay(now),
    releases.map(() => newId('rel', now)),
    releases.map((r) => r.agent),
    releases.map((r) => r.name),
    origin,
    now,
  ],
})
