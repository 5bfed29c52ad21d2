-- What telemetry of other senders brings (wire.md 3 and 4).
ALTER TABLE span
  -- Instrumentation scope and the process that sent it: two equal calls of one scope are two calls (wire.md 4.3).
  ADD COLUMN scope text,
  ADD COLUMN service_instance text,
  -- The agent a span names beside the one it counts under: a sub-agent of it.
  ADD COLUMN sub_agent text,
  ADD COLUMN user_id text,
  -- Canonical JSON of {result, escalated, severity, reason}, as told by attributes; its time is the span's end.
  ADD COLUMN outcome text,
  -- Set on the call that is not billed of two that are one; then its cost state is `duplicate`.
  ADD COLUMN duplicate_trace text,
  ADD COLUMN duplicate_span text,
  -- On an agent span: it is priced for its trace. On a model call: such a span stands above it (wire.md 4.4).
  ADD COLUMN aggregate boolean NOT NULL DEFAULT false;
-- By an expression, so that a planner that knows nothing of a young partition cannot mistake the primary key for it: that
-- would read all of a team's day for every call (measured: 340 ms instead of 2 for 90 calls among 1,500).
CREATE INDEX span_response ON span ((team_id || '/' || response_id), started_at) WHERE response_id IS NOT NULL;
CREATE INDEX span_same_counts ON span ((team_id || '/' || service_instance), input_tokens, started_at)
  WHERE service_instance IS NOT NULL AND kind IN ('llm', 'embedding');
-- Attributes that no table names are kept and can be looked for: attributes @> '{"key": "value"}'.
CREATE INDEX span_payload_attributes ON span_payload USING gin (attributes jsonb_path_ops);

-- Senders that name no session: each of their traces is an interaction of its own (wire.md 3.2).
ALTER TABLE agent ADD COLUMN trace_is_interaction boolean NOT NULL DEFAULT false;

ALTER TABLE trace
  ADD COLUMN model_usage boolean NOT NULL DEFAULT false,
  ADD COLUMN agent_usage boolean NOT NULL DEFAULT false,
  -- Agent spans are priced in place of model calls; and: the worker has to look again once the trace is silent.
  ADD COLUMN aggregated boolean NOT NULL DEFAULT false,
  ADD COLUMN aggregate_due boolean NOT NULL DEFAULT false;
CREATE INDEX trace_aggregate_due ON trace (team_id, last_received_at) WHERE aggregate_due;

-- The outcome given by an event; the columns result, escalated … hold the one that counts, given or told by a span.
ALTER TABLE interaction ADD COLUMN given_outcome jsonb;
UPDATE interaction SET given_outcome = jsonb_build_object('result', result, 'escalated', escalated, 'severity', severity,
  'badOutcomeCost', bad_outcome_cost_nano_usd::text, 'reason', outcome_reason, 'csat', csat,
  'atUs', (extract(epoch FROM outcome_at) * 1000000)::bigint)
WHERE result IS NOT NULL;
