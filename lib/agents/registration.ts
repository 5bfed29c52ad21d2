import 'server-only'
import { newId } from '@/lib/core/ids'
import { RecentlyKnown } from '@/lib/core/recently-known'
import { inTransaction, type Queryable, type Sql } from '@/lib/core/sql'

/**
 * Agents that telemetry names are registered on first sight. This runs before every batch, so the common case (all
 * known, seen within the minute) asks the database nothing, and the next common one a single indexed query.
 * Names are never taken away again, which is what makes remembering them safe.
 */

/** Names that were found in the database, with the last time (ms) their agent was marked as seen. */
const known = new RecentlyKnown(20_000)
const SEEN_EVERY_MS = 60_000

/** Names the team may not register today; every other name of the call exists afterwards. */
export type Registration = { refused: ReadonlySet<string> }

/**
 * Registers the agents that the team does not know yet, up to its limit for the UTC day of `now`, first come first
 * served in the order given, and marks all of them as seen. With a pool it runs in its own short transaction: prefer
 * that, before the ingest transaction, so that a team's first sights never wait for a batch. With a client it joins the
 * caller's transaction (READ COMMITTED), holds the team's day row until its end, and remembers nothing.
 */
export const registerAgents = async (
  db: Queryable,
  teamId: string,
  names: Iterable<string>,
  now: Date,
): Promise<Registration> => {
  const wanted = [...new Set(names)].filter((name) => !known.isFresh([teamId, name], now, SEEN_EVERY_MS))
  if (wanted.length === 0) return NOTHING_REFUSED
  const found = await db.query<{ name: string }>(knownAgents(teamId, wanted))
  const missing = wanted.filter((name) => !found.rows.some((row) => row.name === name))
  const refused = missing.length > 0 ? await addAgents(db, teamId, missing, now) : []
  await db.query(markSeen(teamId, wanted, now))
  const registration = { refused: new Set(refused) }
  if (!('release' in db)) {
    for (const name of wanted) if (!registration.refused.has(name)) known.remember([teamId, name], now)
  }
  return registration
}
const NOTHING_REFUSED: Registration = { refused: new Set() }

/** Adds names under the team's day row, which serialises the callers of one team; returns those past the limit. */
const addAgents = (db: Queryable, teamId: string, names: readonly string[], now: Date): Promise<string[]> =>
  inTransaction(db, async (client) => {
    await client.query(lockDay(teamId, 'agent', now))
    const { rows } = await client.query<{ name: string }>(insertAgents(teamId, names, now))
    return rows.map((row) => row.name)
  })

/** What an item that names a refused agent is answered with. */
export const AGENT_LIMIT_MESSAGE =
  'agent: the team has registered as many new agents today as it may (200 a UTC day unless changed). ' +
  'Use a known name, create the agent in the console, or let a platform administrator raise newAgentsPerDay.'

const knownAgents = (teamId: string, names: readonly string[]): Sql => ({
  text: 'SELECT name FROM agent WHERE team_id = $1 AND name = ANY($2::text[])',
  values: [teamId, names],
})

/**
 * Takes the row lock of (team, UTC day, kind). The statement after it has a newer snapshot, so it sees what the caller
 * before it added: count and insert cannot be overtaken.
 */
export const lockDay = (teamId: string, kind: 'agent' | 'release', now: Date): Sql => ({
  text: `INSERT INTO registration_day AS d (team_id, day, kind) VALUES ($1, $2::date, $3)
ON CONFLICT (team_id, day, kind) DO UPDATE SET used = d.used`,
  values: [teamId, utcDay(now), kind],
})

/** Answers the names past the limit; `lockDay` comes before it in the same transaction. ON CONFLICT: somebody creates the same agent in the console at this moment. */
export const insertAgents = (teamId: string, names: readonly string[], now: Date): Sql => ({
  text: `WITH room AS (
  SELECT t.new_agents_per_day - d.used AS free FROM registration_day d JOIN team t ON t.id = d.team_id
  WHERE d.team_id = $1 AND d.day = $2::date AND d.kind = 'agent'
), wanted AS (
  SELECT w.id, w.name, row_number() OVER (ORDER BY w.nth) <= room.free AS fits
  FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS w (id, name, nth), room
  WHERE NOT EXISTS (SELECT 1 FROM agent a WHERE a.team_id = $1 AND a.name = w.name)
), added AS (
  INSERT INTO agent (team_id, id, name, origin, created_at)
  SELECT $1, id, name, 'telemetry', $5::timestamptz FROM wanted WHERE fits ORDER BY name
  ON CONFLICT DO NOTHING RETURNING name
), counted AS (
  UPDATE registration_day SET used = used + (SELECT count(*)::int FROM added)
  WHERE team_id = $1 AND day = $2::date AND kind = 'agent'
)
SELECT name FROM wanted WHERE NOT fits`,
  values: [teamId, utcDay(now), names.map(() => newId('agt', now)), names, now],
})

/** SKIP LOCKED: whoever marks an agent as seen at the same moment says the same; nobody waits, nobody deadlocks. */
const markSeen = (teamId: string, names: readonly string[], now: Date): Sql => ({
  text: `WITH due AS (
  SELECT id FROM agent WHERE team_id = $1 AND name = ANY($2::text[])
    AND (last_seen_at IS NULL OR last_seen_at < $3::timestamptz - interval '1 minute')
  ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE agent a SET last_seen_at = $3::timestamptz FROM due WHERE a.team_id = $1 AND a.id = due.id`,
  values: [teamId, names, now],
})

export const utcDay = (now: Date): string => now.toISOString().slice(0, 10)
