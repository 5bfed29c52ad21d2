import 'server-only'
import { createHash } from 'node:crypto'
import { pool } from '@/lib/core/db'
import type { Sql } from '@/lib/core/sql'
import { sourceKey, type Sighting } from './rules'
import { DIALECTS_MAX, MODELS_MAX, REJECTIONS_MAX, UNKNOWN_KEYS_MAX } from './schema'

/** Rows of one team; the ones not seen for longest go. */
export const SOURCES_MAX = 500

/** Adds sightings of a team to its sources, in one statement. Each source once; more than fit push out the oldest. */
export const saveSightings = async (teamId: string, sightings: readonly Sighting[]): Promise<void> => {
  if (sightings.length === 0) return
  const { rows } = await pool().query<{ first: boolean }>(addSightings(teamId, sightings))
  if (rows.some(({ first }) => first)) await pool().query(dropOldest(teamId))
}

/** Sorted by id, so that two processes never wait for each other in a circle. */
const addSightings = (teamId: string, sightings: readonly Sighting[]): Sql => ({
  text: `INSERT INTO source AS s (team_id, ${COLUMNS.join(', ')})
SELECT $1, ${COLUMNS.map((column) => `r.${column}`).join(', ')} FROM jsonb_to_recordset($2::jsonb) AS r (
  id text, key_id text, road text, service text, scope text, scope_version text, first_seen_at timestamptz,
  last_seen_at timestamptz, last_trace_id text, without_usage_at timestamptz, without_price_at timestamptz,
  ${SUMS.map((column) => `${column} bigint`).join(', ')},
  kinds jsonb, dialects text[], models text[], models_without_price text[], unknown_keys text[], rejections jsonb)
ORDER BY r.id
ON CONFLICT (team_id, id) DO UPDATE SET
  first_seen_at = least(s.first_seen_at, excluded.first_seen_at),
  last_seen_at = greatest(s.last_seen_at, excluded.last_seen_at),
  without_usage_at = greatest(s.without_usage_at, excluded.without_usage_at),
  without_price_at = greatest(s.without_price_at, excluded.without_price_at),
  last_trace_id = CASE WHEN excluded.last_seen_at >= s.last_seen_at THEN coalesce(excluded.last_trace_id, s.last_trace_id)
    ELSE coalesce(s.last_trace_id, excluded.last_trace_id) END,
  ${SUMS.map((column) => `${column} = s.${column} + excluded.${column}`).join(', ')},
  kinds = (SELECT coalesce(jsonb_object_agg(key, n), '{}') FROM (SELECT key, sum(value::bigint) AS n
    FROM (SELECT * FROM jsonb_each_text(s.kinds) UNION ALL SELECT * FROM jsonb_each_text(excluded.kinds)) b GROUP BY key) k),
  ${union('dialects', DIALECTS_MAX)}, ${union('models', MODELS_MAX)}, ${union('models_without_price', MODELS_MAX)},
  ${union('unknown_keys', UNKNOWN_KEYS_MAX)},
  rejections = (SELECT coalesce(jsonb_agg(r), '[]') FROM (SELECT r FROM jsonb_array_elements(s.rejections || excluded.rejections) r
    ORDER BY r->>'at' DESC LIMIT ${REJECTIONS_MAX}) latest)
RETURNING xmax = 0 AS first`,
  values: [teamId, JSON.stringify(sightings.map(rowOf))],
})

/** What is known stays first, so that a list does not change under who reads it. */
const union = (column: string, max: number): string =>
  `${column} = (s.${column} || ARRAY(SELECT x FROM unnest(excluded.${column}) x WHERE x <> ALL (s.${column})))[1:${max}]`

const SUMS = [
  'spans',
  'model_calls',
  'input_tokens',
  'output_tokens',
  'calls_without_usage',
  'calls_without_price',
  'spans_without_interaction',
  'rejected',
] as const

const rowOf = (sighting: Sighting) => ({
  id: createHash('sha256').update(sourceKey(sighting)).digest('hex').slice(0, 32),
  key_id: sighting.keyId,
  road: sighting.road,
  service: sighting.service,
  scope: sighting.scope,
  scope_version: sighting.scopeVersion,
  first_seen_at: sighting.firstSeenAt,
  last_seen_at: sighting.lastSeenAt,
  last_trace_id: sighting.lastTraceId,
  spans: sighting.spans,
  model_calls: sighting.modelCalls,
  input_tokens: sighting.inputTokens,
  output_tokens: sighting.outputTokens,
  calls_without_usage: sighting.callsWithoutUsage,
  without_usage_at: sighting.withoutUsageAt,
  calls_without_price: sighting.callsWithoutPrice,
  without_price_at: sighting.withoutPriceAt,
  spans_without_interaction: sighting.spansWithoutInteraction,
  rejected: sighting.rejected,
  kinds: sighting.kinds,
  dialects: sighting.dialects,
  models: sighting.models,
  models_without_price: sighting.modelsWithoutPrice,
  unknown_keys: sighting.unknownKeys,
  rejections: sighting.rejections,
})

const COLUMNS = [
  ...(['id', 'key_id', 'road', 'service', 'scope', 'scope_version', 'first_seen_at', 'last_seen_at'] as const),
  ...(['last_trace_id', ...SUMS, 'kinds', 'dialects', 'models', 'models_without_price'] as const),
  ...(['unknown_keys', 'rejections', 'without_usage_at', 'without_price_at'] as const),
]

/** SKIP LOCKED: another process is adding to a row, which is then not the oldest any more. */
const dropOldest = (teamId: string): Sql => ({
  text: `DELETE FROM source WHERE team_id = $1 AND id IN (
  SELECT id FROM source WHERE team_id = $1 ORDER BY last_seen_at DESC, id DESC OFFSET ${SOURCES_MAX} FOR UPDATE SKIP LOCKED)`,
  values: [teamId],
})
