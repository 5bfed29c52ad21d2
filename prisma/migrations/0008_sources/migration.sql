-- What sends telemetry, as far as its arrivals tell: what the page Connect shows. Written beside the ledger, never in its
-- transaction; every process adds what it has counted. At most 500 rows a team, gone 30 days after their last arrival.
CREATE TABLE source (
  team_id text NOT NULL,
  -- Hash of key, road, service, scope and scope version: together they may be longer than an index entry.
  id text NOT NULL,
  -- The public part of the key.
  key_id text NOT NULL,
  road text NOT NULL CHECK (road IN ('otlp', 'events', 'openai-agents')),
  service text,
  scope text,
  scope_version text,
  first_seen_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  last_trace_id text,
  -- Arrivals: a span that is sent again counts again.
  spans bigint NOT NULL,
  -- Kind -> spans of it.
  kinds jsonb NOT NULL,
  model_calls bigint NOT NULL,
  input_tokens bigint NOT NULL,
  output_tokens bigint NOT NULL,
  -- With the last time: what was put right is not shown for ever.
  calls_without_usage bigint NOT NULL,
  without_usage_at timestamptz,
  calls_without_price bigint NOT NULL,
  without_price_at timestamptz,
  spans_without_interaction bigint NOT NULL,
  rejected bigint NOT NULL,
  dialects text[] NOT NULL,
  models text[] NOT NULL,
  models_without_price text[] NOT NULL,
  -- Names of attributes that no dialect knows; their values are with the spans.
  unknown_keys text[] NOT NULL,
  -- The latest refusals, newest first: [{at, reason, span}].
  rejections jsonb NOT NULL,
  PRIMARY KEY (team_id, id)
);
CREATE INDEX source_last_seen ON source (team_id, last_seen_at DESC, id DESC);
