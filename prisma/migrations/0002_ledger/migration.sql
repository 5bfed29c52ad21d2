-- The ledger: spans and their payloads (partitioned by UTC day), trace headers, interactions, per-interaction totals,
-- and the roll-ups that dashboards read. Written by typed SQL only (lib/ingest/store, lib/metrics); see
-- docs/ARCHITECTURE.md "The ledger" and docs/decisions. Every unique key and index starts with team_id.

-- Trace headers: locked first by every ingest transaction; the serialisation point of a trace.
CREATE TABLE trace (
  team_id text NOT NULL,
  trace_id text NOT NULL,
  -- The UTC days this trace has spans on: every statement on spans is bounded by them.
  days date[] NOT NULL,
  spans integer NOT NULL DEFAULT 0,
  -- Distinct interaction ids named by its spans: 0, 1 (serves the whole trace) or 2 = several (nearest ancestor's).
  interaction_mode smallint NOT NULL DEFAULT 0,
  interaction_id text,
  first_received_at timestamptz NOT NULL,
  last_received_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, trace_id)
);

CREATE TABLE span (
  team_id text NOT NULL,
  day date NOT NULL,
  trace_id text NOT NULL,
  span_id text NOT NULL,
  parent_id text,
  kind text NOT NULL,
  name text NOT NULL,
  status text NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  agent text,
  release text,
  workflow text,
  segment text,
  environment text,
  -- As named by the span itself; then as named by its nearest ancestor that names one.
  interaction_id text,
  inherited_interaction text,
  model text,
  request_model text,
  provider text,
  response_id text,
  prompt_name text,
  prompt_version text,
  tool_name text,
  tool_call_id text,
  action_id text,
  attempt integer,
  finish_reason text,
  error_type text,
  status_message text,
  first_token_ms double precision,
  -- Inclusive counts (wire.md 3.3); null = nobody reported it.
  input_tokens bigint,
  output_tokens bigint,
  cache_read_tokens bigint,
  cache_write_tokens bigint,
  cache_write_1h_tokens bigint,
  reasoning_tokens bigint,
  audio_input_tokens bigint,
  audio_output_tokens bigint,
  -- What the call lacked and its nearest model ancestor with equal counts had (wire.md 4.2).
  borrowed jsonb,
  cost_reported_nano_usd bigint,
  cost_computed_nano_usd bigint,
  -- Reported, else computed; null unless cost_state is reported, computed or aggregate.
  cost_nano_usd bigint,
  cost_state text,
  price_source text,
  price_rates jsonb,
  -- Leaf rule (wire.md 4): kept incrementally, each flips once.
  model_parent text,
  sub_model boolean NOT NULL DEFAULT false,
  sub_priced boolean NOT NULL DEFAULT false,
  under_priced boolean NOT NULL DEFAULT false,
  -- The line is cut above this span (cycle or self-parent): it is treated as a root.
  cut boolean NOT NULL DEFAULT false,
  -- No parent, cut, or a parent that has not come (orphan).
  top boolean NOT NULL DEFAULT true,
  flags text[] NOT NULL DEFAULT '{}',
  received_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, day, trace_id, span_id)
) PARTITION BY RANGE (day);
CREATE INDEX span_children ON span (team_id, day, trace_id, parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX span_model_children ON span (team_id, day, trace_id, model_parent) WHERE model_parent IS NOT NULL;

-- Inputs, outputs and attributes live apart from the narrow row; usage and audit survive their deletion.
CREATE TABLE span_payload (
  team_id text NOT NULL,
  day date NOT NULL,
  trace_id text NOT NULL,
  span_id text NOT NULL,
  input text,
  output text,
  -- Full length in bytes of a value that was cut at the team's limit; null = whole.
  input_full_bytes bigint,
  output_full_bytes bigint,
  attributes jsonb,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, day, trace_id, span_id)
) PARTITION BY RANGE (day);

CREATE TABLE interaction (
  team_id text NOT NULL,
  id text NOT NULL,
  -- Named by an interaction event: {field: value}; and inferred from spans: {field: [value, start, trace, span]}.
  given jsonb NOT NULL DEFAULT '{}',
  inferred jsonb NOT NULL DEFAULT '{}',
  first_event_at timestamptz,
  first_span_at timestamptz,
  last_span_at timestamptz,
  -- The merged view, by which it is found and counted. started_at null = only an outcome is known: not counted yet.
  agent text,
  release text,
  workflow text,
  segment text,
  user_id text,
  channel text,
  locale text,
  started_at timestamptz,
  started_hour timestamptz,
  ended_at timestamptz,
  last_event_at timestamptz,
  result text,
  escalated boolean NOT NULL DEFAULT false,
  severity text,
  bad_outcome_cost_nano_usd bigint,
  outcome_reason text,
  csat smallint,
  outcome_at timestamptz,
  turns integer NOT NULL DEFAULT 0,
  turns_failed integer NOT NULL DEFAULT 0,
  turns_unknown_duration integer NOT NULL DEFAULT 0,
  -- Sparse histogram of turn durations: {bucket: n} (lib/metrics/histogram.ts).
  turn_hist jsonb NOT NULL DEFAULT '{}',
  received_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, id)
);
CREATE INDEX interaction_by_start ON interaction (team_id, started_at DESC, id DESC) WHERE started_at IS NOT NULL;
CREATE INDEX interaction_by_user ON interaction (team_id, user_id, started_at DESC) WHERE user_id IS NOT NULL;
CREATE INDEX interaction_open ON interaction (team_id, started_hour, last_event_at)
  WHERE result IS NULL AND started_hour IS NOT NULL;

-- One trace of one interaction.
CREATE TABLE turn (
  team_id text NOT NULL,
  interaction_id text NOT NULL,
  trace_id text NOT NULL,
  spans integer NOT NULL,
  first_start timestamptz NOT NULL,
  last_end timestamptz,
  last_event timestamptz NOT NULL,
  -- Roots and orphans of it that are errors; the turn failed if there is one.
  failed_tops integer NOT NULL DEFAULT 0,
  inferred jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (team_id, interaction_id, trace_id)
);

-- What an interaction's spans add up to, per grouping set of span dimensions:
-- 0 all · 1 model · 2 prompt and version · 3 model, prompt and version · 4 tool.
CREATE TABLE interaction_total (
  team_id text NOT NULL,
  interaction_id text NOT NULL,
  dim_set smallint NOT NULL,
  model text NOT NULL DEFAULT '',
  prompt_name text NOT NULL DEFAULT '',
  prompt_version text NOT NULL DEFAULT '',
  tool text NOT NULL DEFAULT '',
  spans bigint NOT NULL DEFAULT 0,
  llm_calls bigint NOT NULL DEFAULT 0,
  llm_errors bigint NOT NULL DEFAULT 0,
  unknown_cost_calls bigint NOT NULL DEFAULT 0,
  unknown_usage_calls bigint NOT NULL DEFAULT 0,
  shadowed_calls bigint NOT NULL DEFAULT 0,
  duplicate_calls bigint NOT NULL DEFAULT 0,
  cost_nano_usd numeric(38,0) NOT NULL DEFAULT 0,
  both_reported_nano_usd numeric(38,0) NOT NULL DEFAULT 0,
  both_computed_nano_usd numeric(38,0) NOT NULL DEFAULT 0,
  input_tokens numeric(38,0) NOT NULL DEFAULT 0,
  output_tokens numeric(38,0) NOT NULL DEFAULT 0,
  cache_read_tokens numeric(38,0) NOT NULL DEFAULT 0,
  cache_write_tokens numeric(38,0) NOT NULL DEFAULT 0,
  reasoning_tokens numeric(38,0) NOT NULL DEFAULT 0,
  cache_read_known_calls bigint NOT NULL DEFAULT 0,
  cache_write_known_calls bigint NOT NULL DEFAULT 0,
  reasoning_known_calls bigint NOT NULL DEFAULT 0,
  tool_calls bigint NOT NULL DEFAULT 0,
  tool_errors bigint NOT NULL DEFAULT 0,
  tool_ok bigint NOT NULL DEFAULT 0,
  unknown_duration_spans bigint NOT NULL DEFAULT 0,
  llm_hist jsonb NOT NULL DEFAULT '{}',
  tool_hist jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (team_id, interaction_id, dim_set, model, prompt_name, prompt_version, tool)
);

-- The calendar side of the same: what its calls cost, by the hour of their own start.
CREATE TABLE interaction_spend (
  team_id text NOT NULL,
  interaction_id text NOT NULL,
  hour timestamptz NOT NULL,
  model text NOT NULL DEFAULT '',
  prompt_name text NOT NULL DEFAULT '',
  prompt_version text NOT NULL DEFAULT '',
  llm_calls bigint NOT NULL DEFAULT 0,
  unknown_cost_calls bigint NOT NULL DEFAULT 0,
  cost_nano_usd numeric(38,0) NOT NULL DEFAULT 0,
  input_tokens numeric(38,0) NOT NULL DEFAULT 0,
  cache_read_tokens numeric(38,0) NOT NULL DEFAULT 0,
  output_tokens numeric(38,0) NOT NULL DEFAULT 0,
  PRIMARY KEY (team_id, interaction_id, hour, model, prompt_name, prompt_version)
);

CREATE TABLE score (
  team_id text NOT NULL,
  id text NOT NULL,
  interaction_id text,
  trace_id text,
  span_id text,
  name text NOT NULL,
  value double precision,
  label text,
  source text NOT NULL,
  comment text,
  at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, id)
);
CREATE INDEX score_by_interaction ON score (team_id, interaction_id, at DESC) WHERE interaction_id IS NOT NULL;

-- What a roll-up row is about. The id is a hash of the dimensions, so that writers need no look-up.
CREATE TABLE series (
  team_id text NOT NULL,
  id uuid NOT NULL,
  -- Grouping set as in interaction_total; 9 = calendar spend.
  dim_set smallint NOT NULL,
  agent text NOT NULL DEFAULT '',
  release text NOT NULL DEFAULT '',
  workflow text NOT NULL DEFAULT '',
  segment text NOT NULL DEFAULT '',
  model text NOT NULL DEFAULT '',
  prompt_name text NOT NULL DEFAULT '',
  prompt_version text NOT NULL DEFAULT '',
  tool text NOT NULL DEFAULT '',
  PRIMARY KEY (team_id, id)
);
CREATE INDEX series_by_set ON series (team_id, dim_set, agent);

-- Cohort clock: under the hour the interaction started; spans of no interaction under their own.
CREATE TABLE rollup_cohort (
  team_id text NOT NULL,
  hour timestamptz NOT NULL,
  series_id uuid NOT NULL,
  interactions bigint NOT NULL DEFAULT 0,
  with_outcome bigint NOT NULL DEFAULT 0,
  resolved bigint NOT NULL DEFAULT 0,
  abandoned bigint NOT NULL DEFAULT 0,
  escalated bigint NOT NULL DEFAULT 0,
  contained bigint NOT NULL DEFAULT 0,
  bad_s1 bigint NOT NULL DEFAULT 0,
  bad_s2 bigint NOT NULL DEFAULT 0,
  bad_s3 bigint NOT NULL DEFAULT 0,
  bad_s4 bigint NOT NULL DEFAULT 0,
  bad_outcome_cost_nano_usd numeric(38,0) NOT NULL DEFAULT 0,
  csat_sum bigint NOT NULL DEFAULT 0,
  csat_count bigint NOT NULL DEFAULT 0,
  known_cost_interactions bigint NOT NULL DEFAULT 0,
  known_cost_nano_usd numeric(38,0) NOT NULL DEFAULT 0,
  known_cost_resolved bigint NOT NULL DEFAULT 0,
  known_cost_tool_ok bigint NOT NULL DEFAULT 0,
  known_usage_interactions bigint NOT NULL DEFAULT 0,
  known_usage_tokens numeric(38,0) NOT NULL DEFAULT 0,
  known_usage_resolved bigint NOT NULL DEFAULT 0,
  turns bigint NOT NULL DEFAULT 0,
  turns_failed bigint NOT NULL DEFAULT 0,
  turns_unknown_duration bigint NOT NULL DEFAULT 0,
  spans bigint NOT NULL DEFAULT 0,
  llm_calls bigint NOT NULL DEFAULT 0,
  llm_errors bigint NOT NULL DEFAULT 0,
  unknown_cost_calls bigint NOT NULL DEFAULT 0,
  unknown_usage_calls bigint NOT NULL DEFAULT 0,
  shadowed_calls bigint NOT NULL DEFAULT 0,
  duplicate_calls bigint NOT NULL DEFAULT 0,
  cost_nano_usd numeric(38,0) NOT NULL DEFAULT 0,
  unattributed_cost_nano_usd numeric(38,0) NOT NULL DEFAULT 0,
  unattributed_calls bigint NOT NULL DEFAULT 0,
  unattributed_unknown_calls bigint NOT NULL DEFAULT 0,
  both_reported_nano_usd numeric(38,0) NOT NULL DEFAULT 0,
  both_computed_nano_usd numeric(38,0) NOT NULL DEFAULT 0,
  input_tokens numeric(38,0) NOT NULL DEFAULT 0,
  output_tokens numeric(38,0) NOT NULL DEFAULT 0,
  cache_read_tokens numeric(38,0) NOT NULL DEFAULT 0,
  cache_write_tokens numeric(38,0) NOT NULL DEFAULT 0,
  reasoning_tokens numeric(38,0) NOT NULL DEFAULT 0,
  cache_read_known_calls bigint NOT NULL DEFAULT 0,
  cache_write_known_calls bigint NOT NULL DEFAULT 0,
  reasoning_known_calls bigint NOT NULL DEFAULT 0,
  tool_calls bigint NOT NULL DEFAULT 0,
  tool_errors bigint NOT NULL DEFAULT 0,
  tool_ok bigint NOT NULL DEFAULT 0,
  unknown_duration_spans bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (team_id, hour, series_id)
);

-- Mergeable histograms: measure 1 turn, 2 model call, 3 tool call.
CREATE TABLE rollup_latency (
  team_id text NOT NULL,
  hour timestamptz NOT NULL,
  series_id uuid NOT NULL,
  measure smallint NOT NULL,
  bucket smallint NOT NULL,
  n bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (team_id, hour, series_id, measure, bucket)
);

-- Calendar clock: every call under its own start.
CREATE TABLE rollup_spend (
  team_id text NOT NULL,
  hour timestamptz NOT NULL,
  series_id uuid NOT NULL,
  llm_calls bigint NOT NULL DEFAULT 0,
  unknown_cost_calls bigint NOT NULL DEFAULT 0,
  cost_nano_usd numeric(38,0) NOT NULL DEFAULT 0,
  input_tokens numeric(38,0) NOT NULL DEFAULT 0,
  cache_read_tokens numeric(38,0) NOT NULL DEFAULT 0,
  output_tokens numeric(38,0) NOT NULL DEFAULT 0,
  PRIMARY KEY (team_id, hour, series_id)
);

-- Availability: 5-minute windows of turn starts, per series of grouping set 0.
CREATE TABLE rollup_window (
  team_id text NOT NULL,
  window_start timestamptz NOT NULL,
  series_id uuid NOT NULL,
  turns bigint NOT NULL DEFAULT 0,
  turns_failed bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (team_id, window_start, series_id)
);

-- Users cannot be merged from hours: one row per user, agent and UTC day of the interaction's start.
CREATE TABLE user_day (
  team_id text NOT NULL,
  day date NOT NULL,
  agent text NOT NULL DEFAULT '',
  user_id text NOT NULL,
  interactions bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (team_id, day, agent, user_id)
);

-- Settings of the whole platform: one row. Retention in days, null = off; counted from arrival.
CREATE TABLE platform_setting (
  id boolean PRIMARY KEY DEFAULT true CHECK (id),
  retention_payload_days integer CHECK (retention_payload_days >= 1),
  retention_span_days integer CHECK (retention_span_days >= 1),
  retention_audit_body_days integer CHECK (retention_audit_body_days >= 184)
);
INSERT INTO platform_setting DEFAULT VALUES;

-- Makes sure that a partition of span and span_payload holds `wanted`; answers its bounds.
-- Days from 40 back to 2 ahead get one of their own; an older day one for the free stretch of its month, or, more than
-- 24 months back, of its year. Built aside with a CHECK and attached, so that readers and writers are never held up
-- behind it (README 5); SECURITY DEFINER because the app's role owns nothing.
CREATE FUNCTION ensure_span_partition(wanted date) RETURNS TABLE (from_day date, to_day date)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  today date := (now() AT TIME ZONE 'UTC')::date;
  lo date;
  hi date;
  base text;
  part text;
BEGIN
  IF wanted < date '2015-01-01' OR wanted > today + 3 THEN
    RAISE EXCEPTION 'no partition for %: outside 2015-01-01 .. %', wanted, today + 3 USING ERRCODE = '22008';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('signalbox/partition', 0));
  SELECT p.low, p.high INTO lo, hi FROM span_partition p WHERE p.relation = 'span' AND wanted >= p.low AND wanted < p.high;
  IF FOUND THEN
    RETURN QUERY SELECT lo, hi;
    RETURN;
  END IF;
  IF wanted >= today - 40 THEN
    lo := wanted; hi := wanted + 1;
  ELSIF wanted >= (date_trunc('month', today) - interval '24 months')::date THEN
    lo := date_trunc('month', wanted)::date; hi := (date_trunc('month', wanted) + interval '1 month')::date;
  ELSE
    lo := date_trunc('year', wanted)::date; hi := (date_trunc('year', wanted) + interval '1 year')::date;
  END IF;
  -- The free stretch around the day: up to the neighbours that exist, and not into the days that get their own.
  IF wanted < today - 40 THEN hi := least(hi, today - 40); END IF;
  SELECT greatest(lo, coalesce(max(p.high), lo)) INTO lo FROM span_partition p WHERE p.relation = 'span' AND p.high <= wanted;
  SELECT least(hi, coalesce(min(p.low), hi)) INTO hi FROM span_partition p WHERE p.relation = 'span' AND p.low > wanted;
  FOREACH base IN ARRAY ARRAY['span', 'span_payload'] LOOP
    part := format('%s_%s_%s', base, to_char(lo, 'YYYYMMDD'), to_char(hi, 'YYYYMMDD'));
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', part, base);
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT bounds CHECK (day >= %L AND day < %L)', part, lo, hi);
    PERFORM set_config('lock_timeout', '2s', true);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', base, part, lo, hi);
    EXECUTE format('ALTER TABLE %I DROP CONSTRAINT bounds', part);
  END LOOP;
  RETURN QUERY SELECT lo, hi;
END $$;

-- Bounds of the partitions, read from the catalogue.
CREATE VIEW span_partition AS
  SELECT parent.relname::text AS relation, child.relname::text AS name, child.oid AS oid,
    (regexp_match(pg_get_expr(child.relpartbound, child.oid), 'FROM \(''([0-9-]+)''\)'))[1]::date AS low,
    (regexp_match(pg_get_expr(child.relpartbound, child.oid), 'TO \(''([0-9-]+)''\)'))[1]::date AS high
  FROM pg_inherits i
  JOIN pg_class parent ON parent.oid = i.inhparent
  JOIN pg_class child ON child.oid = i.inhrelid
  WHERE parent.relname IN ('span', 'span_payload') AND parent.relnamespace = 'public'::regnamespace;

-- Drops partitions whose newest arrival is older than the cutoff; never today's or a coming day's.
CREATE FUNCTION drop_expired_span_partitions(base text, cutoff timestamptz) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  candidate record;
  fresh boolean;
BEGIN
  IF base NOT IN ('span', 'span_payload') THEN RAISE EXCEPTION 'unknown relation %', base; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('signalbox/partition', 0));
  FOR candidate IN SELECT p.name FROM span_partition p WHERE p.relation = base AND p.high <= (now() AT TIME ZONE 'UTC')::date LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I WHERE received_at >= $1)', candidate.name) INTO fresh USING cutoff;
    IF NOT fresh THEN
      PERFORM set_config('lock_timeout', '2s', true);
      EXECUTE format('DROP TABLE %I', candidate.name);
      RETURN NEXT candidate.name;
    END IF;
  END LOOP;
END $$;

-- Items a team has sent in a minute; only kept for teams with a limit.
CREATE TABLE ingest_minute (
  team_id text NOT NULL,
  minute timestamptz NOT NULL,
  used bigint NOT NULL,
  PRIMARY KEY (team_id, minute)
);
