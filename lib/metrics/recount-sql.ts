import { bucketOf, LAST_BUCKET } from '@/lib/core/histogram'

/**
 * The ledger counted again from `span`, `interaction` and `turn`, in plain SQL, into temporary tables. Written from
 * wire.md 3.2 and 4 and README 6, not from the code that keeps the ledger: it looks at whole traces and adds up.
 */

/** Traces with more spans keep their stored links: walking every line of them again would take hours. */
export const LINES_UP_TO_SPANS = 2_000

/** Smallest duration in whole microseconds of each bucket after the first: what width_bucket() wants. */
const bucketBounds = (): number[] => {
  const bounds: number[] = []
  for (let bucket = 1, us = 0; bucket <= LAST_BUCKET; bucket++) {
    let [low, high] = [us, us]
    while (bucketOf(high / 1000) < bucket) [low, high] = [high, Math.max(1, high * 2)]
    while (low + 1 < high) {
      const middle = Math.floor((low + high) / 2)
      if (bucketOf(middle / 1000) < bucket) low = middle
      else high = middle
    }
    bounds.push((us = high))
  }
  return bounds
}

const bucket = (us: string): string => `width_bucket((${us})::bigint, '{${bucketBounds().join(',')}}'::bigint[])`
/** Null without an end; the server keeps its clock in whole microseconds. */
const us = (from: string, to: string): string =>
  `CASE WHEN ${to} >= ${from} THEN (extract(epoch FROM ${to}) - extract(epoch FROM ${from})) * 1000000 END`
const hour = (time: string): string => `date_trunc('hour', ${time}, 'UTC')`
/** Byte order, as the code compares ids; never the database's language. */
const order = (alias: string, direction = ''): string =>
  `${alias}.started_at ${direction}, ${alias}.trace_id COLLATE "C" ${direction}, ${alias}.span_id COLLATE "C" ${direction}`

/** Spans, numbered, with what they are; every table after it joins by that number. */
const SPANS = `
CREATE TEMP TABLE r_span ON COMMIT DROP AS
SELECT row_number() OVER () AS n, s.*, count(*) OVER (PARTITION BY s.team_id, s.trace_id) AS trace_spans,
  s.kind IN ('llm', 'embedding') AS is_call,
  s.kind IN ('llm', 'embedding')
    AND coalesce(s.input_tokens, s.output_tokens, s.cost_reported_nano_usd) IS NOT NULL AS is_used,
  NULL::bigint AS parent_n
FROM span s;
CREATE UNIQUE INDEX ON r_span (n);
CREATE INDEX ON r_span (team_id, trace_id, span_id);
UPDATE r_span s SET parent_n = p.n FROM r_span p
WHERE p.team_id = s.team_id AND p.trace_id = s.trace_id AND p.span_id = s.parent_id
  AND s.trace_spans <= ${LINES_UP_TO_SPANS};
CREATE INDEX ON r_span (parent_n);
ANALYZE r_span;`

/** Who stands on a cycle: found by walking up from every span that no top reaches. The least of each is its top. */
const CYCLES = `
CREATE TEMP TABLE r_cut ON COMMIT DROP AS
WITH RECURSIVE reached AS (
  SELECT n FROM r_span WHERE parent_n IS NULL
  UNION ALL
  SELECT s.n FROM reached r JOIN r_span s ON s.parent_n = r.n
), stray AS (
  SELECT n, parent_n FROM r_span s WHERE NOT EXISTS (SELECT 1 FROM reached r WHERE r.n = s.n)
), climb AS (
  SELECT n AS origin, parent_n AS at FROM stray
  UNION
  SELECT c.origin, s.parent_n FROM climb c JOIN r_span s ON s.n = c.at
)
SELECT s.n FROM r_span s JOIN climb own ON own.origin = s.n AND own.at = s.n
WHERE NOT EXISTS (
  SELECT 1 FROM climb c JOIN r_span o ON o.n = c.at JOIN climb back ON back.origin = c.at AND back.at = s.n
  WHERE c.origin = s.n AND (o.started_at, o.span_id COLLATE "C") < (s.started_at, s.span_id COLLATE "C"));
ANALYZE r_cut;
UPDATE r_span SET parent_n = NULL FROM r_cut WHERE r_cut.n = r_span.n;`

/** Down every line: the nearest interaction named above, the nearest model call above, and whether one above is used. */
const LINES = `
CREATE TEMP TABLE r_line ON COMMIT DROP AS
WITH RECURSIVE line AS (
  SELECT n, NULL::text AS inherited, NULL::bigint AS outer_n, false AS covered, true AS is_top,
    is_call, is_used, interaction_id
  FROM r_span WHERE parent_n IS NULL AND trace_spans <= ${LINES_UP_TO_SPANS}
  UNION ALL
  SELECT s.n, coalesce(l.interaction_id, l.inherited), CASE WHEN l.is_call THEN l.n ELSE l.outer_n END,
    l.covered OR l.is_used, false, s.is_call, s.is_used, s.interaction_id
  FROM line l JOIN r_span s ON s.parent_n = l.n
)
SELECT n, inherited, outer_n, covered, is_top, false AS has_call, false AS has_used FROM line;
CREATE UNIQUE INDEX ON r_line (n);
CREATE INDEX ON r_line (outer_n);
ANALYZE r_line;
UPDATE r_line l SET has_call = true
WHERE EXISTS (SELECT 1 FROM r_line b JOIN r_span s ON s.n = b.n WHERE b.outer_n = l.n AND s.is_call);
WITH RECURSIVE up AS (
  SELECT l.outer_n AS n FROM r_line l JOIN r_span s ON s.n = l.n WHERE s.is_used AND l.outer_n IS NOT NULL
  UNION
  SELECT l.outer_n FROM up JOIN r_line l ON l.n = up.n WHERE l.outer_n IS NOT NULL
)
UPDATE r_line l SET has_used = true FROM up WHERE up.n = l.n;`

/** The state, cost and borrowed counts of every call, from its line. */
const CALLS = `
CREATE TEMP TABLE r_call ON COMMIT DROP AS
SELECT s.n, s.team_id, s.trace_id, s.span_id, s.cost_computed_nano_usd AS computed, l.is_top, l.inherited,
  (SELECT p.span_id FROM r_span p WHERE p.n = l.outer_n) AS outer_id,
  s.cost_reported_nano_usd AS own_cost, l.has_used, l.has_call, l.covered, s.is_call, s.is_used, s.status,
  CASE WHEN lent.n IS NOT NULL AND s.cost_reported_nano_usd IS NULL THEN lent.cost_reported_nano_usd END AS lent_cost,
  CASE WHEN lent.n IS NOT NULL AND split.none THEN lent.cache_read_tokens END AS lent_read,
  CASE WHEN lent.n IS NOT NULL AND split.none THEN lent.cache_write_tokens END AS lent_write,
  CASE WHEN lent.n IS NOT NULL AND s.reasoning_tokens IS NULL THEN lent.reasoning_tokens END AS lent_reasoning
FROM r_span s JOIN r_line l ON l.n = s.n
CROSS JOIN LATERAL (
  SELECT coalesce(s.cache_read_tokens, s.cache_write_tokens, s.cache_write_1h_tokens) IS NULL AS none) split
LEFT JOIN r_span lent ON lent.n = l.outer_n AND s.is_call AND NOT l.has_used
  AND lent.input_tokens = s.input_tokens AND lent.output_tokens = s.output_tokens;
ALTER TABLE r_call ADD COLUMN state text;
UPDATE r_call SET state = CASE
  WHEN NOT is_call THEN NULL
  WHEN is_used AND has_used THEN 'shadowed'
  WHEN is_used AND coalesce(own_cost, lent_cost) IS NOT NULL THEN 'reported'
  WHEN is_used THEN CASE WHEN computed IS NULL THEN 'unknown' ELSE 'computed' END
  WHEN has_used OR has_call OR covered THEN 'shadowed'
  WHEN status = 'error' THEN 'not_billed'
  ELSE 'unknown' END;
CREATE UNIQUE INDEX ON r_call (n);
ANALYZE r_call;`

/** Which interaction each span counts under, and everything it adds there. */
const FACTS = `
CREATE TEMP TABLE r_fact ON COMMIT DROP AS
WITH named AS (
  SELECT team_id, trace_id, count(DISTINCT interaction_id) AS ids, min(interaction_id) AS id,
    bool_or('trace_is_interaction' = ANY(flags)) AS trace_is_one FROM r_span GROUP BY 1, 2
), billed AS (
  SELECT s.*, coalesce(s.cost_state IN ('reported', 'computed', 'aggregate', 'unknown'), false) AS is_billed,
    coalesce(l.is_top, s.top) AS is_top,
    coalesce(s.interaction_id, CASE WHEN l.n IS NULL THEN s.inherited_interaction ELSE l.inherited END,
      CASE WHEN named.ids = 1 THEN named.id WHEN named.ids = 0 AND named.trace_is_one THEN s.trace_id END) AS interaction,
    coalesce(s.cache_read_tokens, (s.borrowed->>'cacheReadTokens')::bigint) AS cache_read,
    coalesce(s.cache_write_tokens, (s.borrowed->>'cacheWriteTokens')::bigint) AS cache_write,
    coalesce(s.reasoning_tokens, (s.borrowed->>'reasoningTokens')::bigint) AS reasoning,
    coalesce(s.cost_reported_nano_usd, (s.borrowed->>'costReported')::bigint) AS reported
  FROM r_span s JOIN named USING (team_id, trace_id) LEFT JOIN r_line l ON l.n = s.n
)
SELECT n, team_id, trace_id, span_id, day, interaction, started_at, ended_at, is_top, status,
  agent, release, workflow, segment, user_id, outcome, ${hour('started_at')} AS hour, is_billed, is_call, kind,
  coalesce(model, request_model, '') AS model, coalesce(prompt_name, '') AS prompt_name,
  coalesce(prompt_version, '') AS prompt_version, coalesce(tool_name, name) AS tool, cost_state,
  1 AS spans,
  is_billed::int AS llm_calls,
  (cost_state IS NOT DISTINCT FROM 'not_billed')::int AS llm_errors,
  (is_billed AND cost_nano_usd IS NULL)::int AS unknown_cost_calls,
  (is_billed AND input_tokens IS NULL AND output_tokens IS NULL)::int AS unknown_usage_calls,
  (cost_state IS NOT DISTINCT FROM 'shadowed')::int AS shadowed_calls,
  (cost_state IS NOT DISTINCT FROM 'duplicate')::int AS duplicate_calls,
  CASE WHEN is_billed THEN coalesce(cost_nano_usd, 0) ELSE 0 END AS cost_nano_usd,
  CASE WHEN is_billed AND cost_computed_nano_usd IS NOT NULL THEN coalesce(reported, 0) ELSE 0 END AS both_reported_nano_usd,
  CASE WHEN is_billed AND reported IS NOT NULL THEN coalesce(cost_computed_nano_usd, 0) ELSE 0 END AS both_computed_nano_usd,
  CASE WHEN is_billed THEN coalesce(input_tokens, 0) ELSE 0 END AS input_tokens,
  CASE WHEN is_billed THEN coalesce(output_tokens, 0) ELSE 0 END AS output_tokens,
  CASE WHEN is_billed THEN coalesce(cache_read, 0) ELSE 0 END AS cache_read_tokens,
  CASE WHEN is_billed THEN coalesce(cache_write, 0) ELSE 0 END AS cache_write_tokens,
  CASE WHEN is_billed THEN coalesce(reasoning, 0) ELSE 0 END AS reasoning_tokens,
  (is_billed AND cache_read IS NOT NULL)::int AS cache_read_known_calls,
  (is_billed AND cache_write IS NOT NULL)::int AS cache_write_known_calls,
  (is_billed AND reasoning IS NOT NULL)::int AS reasoning_known_calls,
  (kind = 'tool')::int AS tool_calls,
  (kind = 'tool' AND status = 'error')::int AS tool_errors,
  (kind = 'tool' AND status = 'ok')::int AS tool_ok,
  (ended_at IS NULL)::int AS unknown_duration_spans,
  CASE WHEN is_billed AND is_call THEN ${bucket(us('started_at', 'ended_at'))} END AS llm_bucket,
  CASE WHEN kind = 'tool' THEN ${bucket(us('started_at', 'ended_at'))} END AS tool_bucket
FROM billed;
CREATE INDEX ON r_fact (team_id, interaction);
ANALYZE r_fact;`

/** Each span in each group it counts in: 0 all, 1 model, 2 prompt, 3 both, 4 tool. */
const GROUPS = `
CREATE TEMP TABLE r_grouped ON COMMIT DROP AS
SELECT f.n, d.dim_set,
  CASE WHEN d.dim_set IN (1, 3) THEN f.model ELSE '' END AS g_model,
  CASE WHEN d.dim_set IN (2, 3) THEN f.prompt_name ELSE '' END AS g_prompt,
  CASE WHEN d.dim_set IN (2, 3) THEN f.prompt_version ELSE '' END AS g_version,
  CASE WHEN d.dim_set = 4 THEN f.tool ELSE '' END AS g_tool
FROM r_fact f JOIN (VALUES (0), (1), (2), (3), (4)) d(dim_set) ON d.dim_set = 0
  OR (d.dim_set = 4 AND f.kind = 'tool')
  OR (d.dim_set < 4 AND f.cost_state NOT IN ('shadowed', 'duplicate'));
CREATE INDEX ON r_grouped (n);
ANALYZE r_grouped;`

/** One trace of one interaction, from its first start to its last end. */
const TURNS = `
CREATE TEMP TABLE r_turn ON COMMIT DROP AS
SELECT team_id, interaction, trace_id, count(*)::int AS spans, min(started_at) AS first_start, max(ended_at) AS last_end,
  max(greatest(started_at, ended_at)) AS last_event, count(*) FILTER (WHERE is_top AND status = 'error')::int AS failed_tops
FROM r_fact WHERE interaction IS NOT NULL GROUP BY 1, 2, 3;
ALTER TABLE r_turn ADD COLUMN bucket int;
UPDATE r_turn SET bucket = ${bucket(us('first_start', 'last_end'))};
CREATE INDEX ON r_turn (team_id, interaction);
ANALYZE r_turn;`

const lastTold = (field: string): string => `(array_agg(${field} ORDER BY ${order('f', 'DESC')})
    FILTER (WHERE ${field} <> ''))[1] AS ${field}`

/** The merged view: given beats what the last span told. */
const INTERACTIONS = `
CREATE TEMP TABLE r_interaction ON COMMIT DROP AS
WITH told AS (
  SELECT f.team_id, f.interaction AS id, min(f.started_at) AS first_span_at,
    max(greatest(f.started_at, f.ended_at)) AS last_span_at,
    ${['agent', 'release', 'workflow', 'segment', 'user_id'].map(lastTold).join(', ')},
    (array_agg(ARRAY[outcome, ((extract(epoch FROM coalesce(ended_at, started_at)) * 1000000)::bigint)::text]
      ORDER BY coalesce(ended_at, started_at) DESC, trace_id COLLATE "C" DESC, span_id COLLATE "C" DESC)
      FILTER (WHERE outcome <> ''))[1:1] AS outcome
  FROM r_fact f WHERE f.interaction IS NOT NULL GROUP BY 1, 2
), turns AS (
  SELECT team_id, interaction AS id, count(*)::int AS turns, count(*) FILTER (WHERE failed_tops > 0)::int AS turns_failed,
    count(*) FILTER (WHERE last_end IS NULL)::int AS turns_unknown_duration
  FROM r_turn GROUP BY 1, 2
), at AS (
  SELECT i.team_id, i.id, 'epoch'::timestamptz + ((i.given->>'startedAt')::bigint * interval '1 microsecond') AS started,
    'epoch'::timestamptz + ((i.given->>'endedAt')::bigint * interval '1 microsecond') AS ended FROM interaction i
), outcome AS (
  -- The later of the given outcome and the last told by a span; at the same time the given one.
  SELECT i.team_id, i.id, o.o, o.at FROM interaction i LEFT JOIN told USING (team_id, id)
  CROSS JOIN LATERAL (
    SELECT * FROM (VALUES (i.given_outcome, (i.given_outcome->>'atUs')::bigint, 0), (told.outcome[1][1]::jsonb, told.outcome[1][2]::bigint, 1))
      AS v(o, at, rank) WHERE v.o IS NOT NULL ORDER BY v.at DESC, v.rank LIMIT 1) o
)
SELECT i.team_id, i.id, coalesce(i.given->>'agent', told.agent) AS agent, coalesce(i.given->>'release', told.release) AS release,
  coalesce(i.given->>'workflow', told.workflow) AS workflow, coalesce(i.given->>'segment', told.segment) AS segment,
  coalesce(i.given->>'userId', told.user_id) AS user_id, told.first_span_at, told.last_span_at,
  coalesce(at.started, told.first_span_at, i.first_event_at) AS started_at,
  ${hour('coalesce(at.started, told.first_span_at, i.first_event_at)')} AS started_hour,
  coalesce(at.ended, told.last_span_at) AS ended_at,
  CASE WHEN coalesce(at.started, told.first_span_at, i.first_event_at) IS NOT NULL THEN
    greatest(coalesce(at.started, told.first_span_at, i.first_event_at), at.ended, told.last_span_at) END AS last_event_at,
  coalesce(turns.turns, 0) AS turns, coalesce(turns.turns_failed, 0) AS turns_failed,
  coalesce(turns.turns_unknown_duration, 0) AS turns_unknown_duration,
  o.o->>'result' AS result, coalesce((o.o->>'escalated')::boolean, false) AS escalated, o.o->>'severity' AS severity,
  (o.o->>'badOutcomeCost')::bigint AS bad_outcome_cost_nano_usd, (o.o->>'csat')::smallint AS csat,
  'epoch'::timestamptz + (o.at * interval '1 microsecond') AS outcome_at
FROM interaction i JOIN at USING (team_id, id) LEFT JOIN told USING (team_id, id) LEFT JOIN outcome o USING (team_id, id) LEFT JOIN turns USING (team_id, id);
CREATE UNIQUE INDEX ON r_interaction (team_id, id);
ANALYZE r_interaction;`

export const PREPARE = [SPANS, CYCLES, LINES, CALLS, FACTS, GROUPS, TURNS, INTERACTIONS]
