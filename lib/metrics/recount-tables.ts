import { SPAN_MEASURES, SPEND_MEASURES } from '@/lib/ingest/measures'
import { COHORT_MEASURES } from '@/lib/ingest/rollup-rules'

/** What `recount` compares: each table as stored beside the same added up from the tables of recount-sql.ts. */
export type Comparison = {
  table: string
  /** Names in the order of both value arrays. */
  columns: readonly string[]
  /** Statements with columns `key text`, `at timestamptz` (null = always compared) and `v text[]`. */
  stored: string
  recounted: string
  /** What a missing row stands for: all zeros, or nothing. */
  absent: 'zero' | 'none'
}

const SPAN_COLUMNS = Object.values(SPAN_MEASURES)
const SPEND_COLUMNS = Object.values(SPEND_MEASURES)
const COHORT_COLUMNS = Object.values(COHORT_MEASURES)
const OWN_COLUMNS = COHORT_COLUMNS.filter((column) => !SPAN_COLUMNS.some((own) => own === column))

const texts = (...expressions: string[]): string => `ARRAY[${expressions.map((e) => `(${e})::text`).join(', ')}]`
const key = (...parts: string[]): string => parts.map((part) => `coalesce((${part})::text, '')`).join(` || ' | ' || `)
const added = (columns: readonly string[]): string => columns.map((c) => `sum(${c}) AS ${c}`).join(', ')

const GROUP = ['dim_set', 'g_model', 'g_prompt', 'g_version', 'g_tool'] as const
const group = GROUP.join(', ')
const OWNER = ['agent', 'release', 'workflow', 'segment'] as const
const owner = (of: string): string => OWNER.map((c) => `coalesce(${of}.${c}, '') AS ${c}`).join(', ')
const rollupKey = (time: string): string => key('team_id', time, 'dim_set', ...OWNER, ...GROUP.slice(1))
const storedKey = (time: string): string =>
  key(
    'r.team_id',
    `r.${time}`,
    's.dim_set',
    ...OWNER.map((c) => `s.${c}`),
    's.model',
    's.prompt_name',
    's.prompt_version',
    's.tool',
  )
const fromSeries = (table: string): string =>
  `FROM ${table} r JOIN series s ON s.team_id = r.team_id AND s.id = r.series_id`

/** What an interaction adds in each of its groups beside its spans (README 6). */
const OWN_MEASURES: Record<string, string> = {
  interactions: '1',
  with_outcome: `(i.result IS NOT NULL)::int`,
  resolved: `(i.result IS NOT DISTINCT FROM 'resolved')::int`,
  abandoned: `(i.result IS NOT DISTINCT FROM 'abandoned')::int`,
  escalated: `(i.result IS NOT NULL AND i.escalated)::int`,
  contained: `(i.result IS NOT DISTINCT FROM 'resolved' AND NOT i.escalated)::int`,
  ...Object.fromEntries(
    ['S1', 'S2', 'S3', 'S4'].map((s) => [
      `bad_${s.toLowerCase()}`,
      `(i.result IS NOT NULL AND i.severity IS NOT DISTINCT FROM '${s}')::int`,
    ]),
  ),
  bad_outcome_cost_nano_usd: 'coalesce(i.bad_outcome_cost_nano_usd, 0)',
  csat_sum: 'coalesce(i.csat, 0)',
  csat_count: '(i.csat IS NOT NULL)::int',
  known_cost_interactions: 'known.cost',
  known_cost_nano_usd: 'known.cost * coalesce(t.cost_nano_usd, 0)',
  known_cost_resolved: `known.cost * (i.result IS NOT DISTINCT FROM 'resolved')::int`,
  known_cost_tool_ok: 'known.cost * coalesce(t.tool_ok, 0)',
  known_usage_interactions: 'known.usage',
  known_usage_tokens: 'known.usage * (coalesce(t.input_tokens, 0) + coalesce(t.output_tokens, 0))',
  known_usage_resolved: `known.usage * (i.result IS NOT DISTINCT FROM 'resolved')::int`,
  turns: 'i.turns',
  turns_failed: 'i.turns_failed',
  turns_unknown_duration: 'i.turns_unknown_duration',
  unattributed_cost_nano_usd: '0',
  unattributed_calls: '0',
  unattributed_unknown_calls: '0',
}
/** The same of a span of no interaction. */
const ALONE_MEASURES: Record<string, string> = {
  unattributed_cost_nano_usd: 'f.cost_nano_usd',
  unattributed_calls: 'f.llm_calls',
  unattributed_unknown_calls: 'f.unknown_cost_calls',
}

const TOTALS = `
CREATE TEMP TABLE r_total ON COMMIT DROP AS
SELECT team_id, interaction, ${group}, ${added(SPAN_COLUMNS)}
FROM r_fact JOIN r_grouped USING (n) WHERE interaction IS NOT NULL GROUP BY team_id, interaction, ${group};
CREATE INDEX ON r_total (team_id, interaction);
ANALYZE r_total;`

const LATENCIES = `
CREATE TEMP TABLE r_latency ON COMMIT DROP AS
SELECT team_id, interaction, hour, ${owner('f')}, ${group}, m.measure, m.bucket, count(*) AS n
FROM r_fact f JOIN r_grouped USING (n) CROSS JOIN LATERAL (VALUES (2, f.llm_bucket), (3, f.tool_bucket)) m(measure, bucket)
WHERE m.bucket IS NOT NULL GROUP BY team_id, interaction, hour, f.agent, f.release, f.workflow, f.segment, ${group}, m.measure, m.bucket;
CREATE INDEX ON r_latency (team_id, interaction);
ANALYZE r_latency;`

/** Every interaction in every group it has spans in; one without spans in the group of all. */
const IN_GROUPS = `r_interaction i LEFT JOIN r_total t ON t.team_id = i.team_id AND t.interaction = i.id`
const inGroups = `coalesce(t.dim_set, 0) AS dim_set, ${GROUP.slice(1)
  .map((c) => `coalesce(t.${c}, '') AS ${c}`)
  .join(', ')}`

const COHORT = `
CREATE TEMP TABLE r_cohort ON COMMIT DROP AS
WITH parts AS (
  SELECT i.team_id, i.started_hour AS hour, ${owner('i')}, ${inGroups},
    ${SPAN_COLUMNS.map((c) => `coalesce(t.${c}, 0) AS ${c}`).join(', ')},
    ${OWN_COLUMNS.map((c) => `${OWN_MEASURES[c] ?? 'NULL::int'} AS ${c}`).join(', ')}
  FROM ${IN_GROUPS}
  CROSS JOIN LATERAL (SELECT (coalesce(t.unknown_cost_calls, 0) = 0)::int AS cost,
    (coalesce(t.unknown_usage_calls, 0) = 0)::int AS usage) known
  WHERE i.started_hour IS NOT NULL
  UNION ALL
  SELECT f.team_id, f.hour, ${owner('f')}, ${group}, ${SPAN_COLUMNS.map((c) => `f.${c}`).join(', ')},
    ${OWN_COLUMNS.map((c) => `${ALONE_MEASURES[c] ?? '0'} AS ${c}`).join(', ')}
  FROM r_fact f JOIN r_grouped USING (n) WHERE f.interaction IS NULL
)
SELECT team_id, hour, ${OWNER.join(', ')}, ${group}, ${added(COHORT_COLUMNS)} FROM parts
GROUP BY team_id, hour, ${OWNER.join(', ')}, ${group};`

export const PREPARE_SUMS = [TOTALS, LATENCIES, COHORT]

const told = (field: string, time = 'f.started_at'): string =>
  `(SELECT jsonb_build_array(f.${field}, (extract(epoch FROM ${time}) * 1000000)::bigint, f.trace_id, f.span_id)
    FROM r_fact f WHERE f.team_id = t.team_id AND f.interaction = t.interaction AND f.trace_id = t.trace_id AND f.${field} <> ''
    ORDER BY ${time} DESC, f.span_id COLLATE "C" DESC LIMIT 1)`
const tellings = [
  ...OWNER.map((column) => `'${column}', ${told(column)}`),
  `'userId', ${told('user_id')}`,
  `'outcome', ${told('outcome', 'coalesce(f.ended_at, f.started_at)')}`,
]
const allTold = `jsonb_strip_nulls(jsonb_build_object(${tellings.join(', ')}))`

const LEAF = [
  'cost_state',
  'cost_nano_usd',
  'top',
  'inherited',
  'model_parent',
  'lent_cost',
  'lent_read',
  'lent_write',
  'lent_reasoning',
]
const TURN = ['spans', 'first_start', 'last_end', 'last_event', 'failed_tops', 'inferred']
const INTERACTION = [
  'agent', 'release', 'workflow', 'segment', 'user_id', 'first_span_at', 'last_span_at', 'started_at', 'started_hour',
  'ended_at', 'last_event_at', 'turns', 'turns_failed', 'turns_unknown_duration', 'result', 'escalated', 'severity',
  'bad_outcome_cost_nano_usd', 'csat', 'outcome_at',
] // prettier-ignore

const TRACE_IS_ONE = `count(s.interaction_id) = 0 AND bool_or('trace_is_interaction' = ANY(s.flags))`

export const COMPARISONS: readonly Comparison[] = [
  {
    table: 'span (leaf rule)',
    columns: LEAF,
    absent: 'none',
    stored: `SELECT ${key('s.team_id', 's.trace_id', 's.span_id')} AS key, s.started_at AS at,
      ${texts('s.cost_state', 's.cost_nano_usd', 's.top', 's.inherited_interaction', 's.model_parent', ...['costReported', 'cacheReadTokens', 'cacheWriteTokens', 'reasoningTokens'].map((name) => `s.borrowed->>'${name}'`))} AS v
      FROM r_span s WHERE EXISTS (SELECT 1 FROM r_line l WHERE l.n = s.n)
        AND NOT s.aggregate AND s.cost_state IS DISTINCT FROM 'duplicate'`,
    recounted: `SELECT ${key('c.team_id', 'c.trace_id', 'c.span_id')} AS key, s.started_at AS at,
      ${texts('c.state', `CASE c.state WHEN 'reported' THEN coalesce(c.own_cost, c.lent_cost) WHEN 'computed' THEN c.computed END`, 'c.is_top', 'c.inherited', 'c.outer_id', 'c.lent_cost', 'c.lent_read', 'c.lent_write', 'c.lent_reasoning')} AS v
      FROM r_call c JOIN r_span s USING (n)
      WHERE NOT s.aggregate AND s.cost_state IS DISTINCT FROM 'duplicate'`,
  },
  {
    // Each call that is not billed has one that is, of another scope; and no agent span is priced beside model calls.
    table: 'span (billed once)',
    columns: ['is_billed'],
    absent: 'none',
    stored: `SELECT ${key('team_id', 'trace_id', 'span_id')} AS key, started_at AS at, ${texts('true')} AS v FROM r_span
      WHERE cost_state IN ('duplicate', 'aggregate')`,
    recounted: `SELECT ${key('d.team_id', 'd.trace_id', 'd.span_id')} AS key, d.started_at AS at, ${texts('true')} AS v
      FROM r_span d JOIN r_span o ON o.team_id = d.team_id AND o.trace_id = d.duplicate_trace AND o.span_id = d.duplicate_span
      WHERE d.cost_state = 'duplicate' AND o.scope IS DISTINCT FROM d.scope AND (o.cost_state IN ('reported', 'computed', 'unknown')
        OR (NOT d.is_used AND (o.cost_state = 'not_billed' OR o.aggregate)))
      UNION ALL
      SELECT ${key('a.team_id', 'a.trace_id', 'a.span_id')}, a.started_at, ${texts('true')} FROM r_span a
      WHERE a.cost_state = 'aggregate' AND NOT EXISTS (SELECT 1 FROM r_span c WHERE c.team_id = a.team_id
        AND c.trace_id = a.trace_id AND c.is_used)`,
  },
  {
    table: 'trace',
    columns: ['spans', 'interaction_mode', 'interaction_id', 'unlisted_days'],
    absent: 'none',
    stored: `SELECT ${key('team_id', 'trace_id')} AS key, days[1]::timestamptz AS at,
      ${texts('spans', 'interaction_mode', 'interaction_id', '0')} AS v FROM trace WHERE spans > 0`,
    recounted: `SELECT ${key('s.team_id', 's.trace_id')} AS key, min(s.started_at) AS at,
      ${texts('count(*)', `CASE WHEN ${TRACE_IS_ONE} THEN 3 ELSE least(count(DISTINCT s.interaction_id), 2) END`, `CASE WHEN count(DISTINCT s.interaction_id) = 1 THEN min(s.interaction_id) WHEN ${TRACE_IS_ONE} THEN s.trace_id END`, 'count(*) FILTER (WHERE s.day <> ALL(t.days))')} AS v
      FROM r_span s LEFT JOIN trace t ON t.team_id = s.team_id AND t.trace_id = s.trace_id GROUP BY s.team_id, s.trace_id`,
  },
  {
    table: 'turn',
    columns: TURN,
    absent: 'none',
    stored: `SELECT ${key('team_id', 'interaction_id', 'trace_id')} AS key, first_start AS at, ${texts(...TURN)} AS v FROM turn`,
    recounted: `SELECT ${key('t.team_id', 't.interaction', 't.trace_id')} AS key, t.first_start AS at,
      ${texts(...TURN.slice(0, 5), allTold)} AS v FROM r_turn t`,
  },
  {
    table: 'interaction',
    columns: INTERACTION,
    absent: 'none',
    stored: `SELECT ${key('team_id', 'id')} AS key, started_at AS at, ${texts(...INTERACTION)} AS v FROM interaction`,
    recounted: `SELECT ${key('team_id', 'id')} AS key, started_at AS at, ${texts(...INTERACTION)} AS v FROM r_interaction`,
  },
  {
    table: 'interaction (turn durations)',
    columns: ['turns'],
    absent: 'zero',
    stored: `SELECT ${key('i.team_id', 'i.id', 'h.key')} AS key, i.started_at AS at, ${texts('h.value')} AS v
      FROM interaction i CROSS JOIN LATERAL jsonb_each_text(i.turn_hist) h`,
    recounted: `SELECT ${key('t.team_id', 't.interaction', 't.bucket')} AS key, min(t.first_start) AS at, ${texts('count(*)')} AS v
      FROM r_turn t WHERE t.bucket IS NOT NULL GROUP BY t.team_id, t.interaction, t.bucket`,
  },
  {
    table: 'interaction_total',
    columns: SPAN_COLUMNS,
    absent: 'zero',
    stored: `SELECT ${key('t.team_id', 't.interaction_id', 't.dim_set', 't.model', 't.prompt_name', 't.prompt_version', 't.tool')} AS key,
      i.started_at AS at, ${texts(...SPAN_COLUMNS.map((c) => `t.${c}`))} AS v
      FROM interaction_total t LEFT JOIN interaction i ON i.team_id = t.team_id AND i.id = t.interaction_id`,
    recounted: `SELECT ${key('t.team_id', 't.interaction', ...GROUP.map((c) => `t.${c}`))} AS key,
      i.started_at AS at, ${texts(...SPAN_COLUMNS.map((c) => `t.${c}`))} AS v
      FROM r_total t LEFT JOIN r_interaction i ON i.team_id = t.team_id AND i.id = t.interaction`,
  },
  {
    table: 'interaction_total (durations)',
    columns: ['n'],
    absent: 'zero',
    stored: `SELECT ${key('t.team_id', 't.interaction_id', 't.dim_set', 't.model', 't.prompt_name', 't.prompt_version', 't.tool', 'h.measure', 'h.bucket')} AS key,
      i.started_at AS at, ${texts('h.n')} AS v
      FROM interaction_total t JOIN interaction i ON i.team_id = t.team_id AND i.id = t.interaction_id
      CROSS JOIN LATERAL (SELECT 2 AS measure, * FROM jsonb_each_text(t.llm_hist) UNION ALL
        SELECT 3, * FROM jsonb_each_text(t.tool_hist)) h(measure, bucket, n)`,
    recounted: `SELECT ${key('l.team_id', 'l.interaction', ...GROUP.map((c) => `l.${c}`), 'l.measure', 'l.bucket')} AS key,
      max(i.started_at) AS at, ${texts('sum(l.n)')} AS v
      FROM r_latency l JOIN r_interaction i ON i.team_id = l.team_id AND i.id = l.interaction
      GROUP BY l.team_id, l.interaction, ${GROUP.map((c) => `l.${c}`).join(', ')}, l.measure, l.bucket`,
  },
  {
    table: 'interaction_spend',
    columns: SPEND_COLUMNS,
    absent: 'zero',
    stored: `SELECT ${key('team_id', 'interaction_id', 'hour', 'model', 'prompt_name', 'prompt_version')} AS key, hour AS at,
      ${texts(...SPEND_COLUMNS)} AS v FROM interaction_spend`,
    recounted: `SELECT ${key('team_id', 'interaction', 'hour', 'model', 'prompt_name', 'prompt_version')} AS key, hour AS at,
      ${texts(...SPEND_COLUMNS.map((c) => `sum(${c})`))} AS v FROM r_fact WHERE is_billed AND interaction IS NOT NULL
      GROUP BY team_id, interaction, hour, model, prompt_name, prompt_version`,
  },
  {
    table: 'rollup_cohort',
    columns: COHORT_COLUMNS,
    absent: 'zero',
    stored: `SELECT ${storedKey('hour')} AS key, r.hour AS at, ${texts(...COHORT_COLUMNS.map((c) => `r.${c}`))} AS v ${fromSeries('rollup_cohort')}`,
    recounted: `SELECT ${rollupKey('hour')} AS key, hour AS at, ${texts(...COHORT_COLUMNS)} AS v FROM r_cohort`,
  },
  {
    table: 'rollup_latency',
    columns: ['n'],
    absent: 'zero',
    stored: `SELECT ${storedKey('hour')} || ' | ' || r.measure || ' | ' || r.bucket AS key, r.hour AS at, ${texts('r.n')} AS v ${fromSeries('rollup_latency')}`,
    recounted: `SELECT ${rollupKey('hour')} || ' | ' || measure || ' | ' || bucket AS key, hour AS at, ${texts('sum(n)')} AS v FROM (
        SELECT i.team_id, i.started_hour AS hour, ${owner('i')}, ${inGroups}, 1 AS measure, r.bucket, 1 AS n
        FROM ${IN_GROUPS} JOIN r_turn r ON r.team_id = i.team_id AND r.interaction = i.id
        WHERE i.started_hour IS NOT NULL AND r.bucket IS NOT NULL
        UNION ALL
        SELECT l.team_id, i.started_hour, ${owner('i')}, ${GROUP.map((c) => `l.${c}`).join(', ')}, l.measure, l.bucket, l.n
        FROM r_latency l JOIN r_interaction i ON i.team_id = l.team_id AND i.id = l.interaction WHERE i.started_hour IS NOT NULL
        UNION ALL
        SELECT l.team_id, l.hour, ${owner('l')}, ${GROUP.map((c) => `l.${c}`).join(', ')}, l.measure, l.bucket, l.n
        FROM r_latency l WHERE l.interaction IS NULL
      ) u GROUP BY team_id, hour, ${OWNER.join(', ')}, ${group}, measure, bucket`,
  },
  {
    table: 'rollup_spend',
    columns: SPEND_COLUMNS,
    absent: 'zero',
    stored: `SELECT ${storedKey('hour')} AS key, r.hour AS at, ${texts(...SPEND_COLUMNS.map((c) => `r.${c}`))} AS v ${fromSeries('rollup_spend')}`,
    recounted: `SELECT ${key('team_id', 'hour', '9', ...OWNER, 'model', 'prompt_name', 'prompt_version', `''`)} AS key, hour AS at,
      ${texts(...SPEND_COLUMNS.map((c) => `sum(${c})`))} AS v FROM (
        SELECT f.team_id, f.hour, ${OWNER.map((c) => `coalesce(CASE WHEN i.id IS NULL THEN f.${c} ELSE i.${c} END, '') AS ${c}`).join(', ')},
          f.model, f.prompt_name, f.prompt_version, ${SPEND_COLUMNS.map((c) => `f.${c}`).join(', ')}
        FROM r_fact f LEFT JOIN r_interaction i ON i.team_id = f.team_id AND i.id = f.interaction WHERE f.is_billed
      ) u GROUP BY team_id, hour, ${OWNER.join(', ')}, model, prompt_name, prompt_version`,
  },
  {
    table: 'rollup_window',
    columns: ['turns', 'turns_failed'],
    absent: 'zero',
    stored: `SELECT ${storedKey('window_start')} AS key, r.window_start AS at, ${texts('r.turns', 'r.turns_failed')} AS v ${fromSeries('rollup_window')}`,
    recounted: `SELECT ${key('team_id', 'w', '0', ...OWNER, `''`, `''`, `''`, `''`)} AS key, w AS at,
      ${texts('count(*)', 'count(*) FILTER (WHERE failed_tops > 0)')} AS v FROM (
        SELECT t.team_id, date_bin('5 minutes', t.first_start, 'epoch') AS w, t.failed_tops, ${owner('i')}
        FROM r_turn t JOIN r_interaction i ON i.team_id = t.team_id AND i.id = t.interaction
      ) u GROUP BY team_id, w, ${OWNER.join(', ')}`,
  },
  {
    table: 'user_day',
    columns: ['interactions'],
    absent: 'zero',
    stored: `SELECT ${key('team_id', 'day', 'agent', 'user_id')} AS key, day::timestamptz AS at, ${texts('interactions')} AS v FROM user_day`,
    recounted: `SELECT ${key('team_id', 'd', 'agent', 'user_id')} AS key, d::timestamptz AS at, ${texts('count(*)')} AS v FROM (
        SELECT team_id, (started_at AT TIME ZONE 'UTC')::date AS d, coalesce(agent, '') AS agent, user_id
        FROM r_interaction WHERE user_id IS NOT NULL AND started_at IS NOT NULL
      ) u GROUP BY team_id, d, agent, user_id`,
  },
]
