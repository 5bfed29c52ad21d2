-- Erasing a user finds spans that name him outside of any interaction, and what a second instrumentation saw of his calls.
-- By expressions, for the reason given with span_response.
CREATE INDEX span_user ON span ((team_id || '/' || user_id)) WHERE user_id IS NOT NULL;
CREATE INDEX span_duplicate ON span ((team_id || '/' || duplicate_trace)) WHERE duplicate_trace IS NOT NULL;
