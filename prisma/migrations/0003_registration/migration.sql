-- Agents and releases that telemetry names are registered on first sight, so many a day and team.

ALTER TABLE team
  ADD COLUMN new_agents_per_day INTEGER NOT NULL DEFAULT 200,
  ADD COLUMN new_releases_per_day INTEGER NOT NULL DEFAULT 2000,
  ADD CONSTRAINT team_new_agents_per_day_range CHECK (new_agents_per_day BETWEEN 0 AND 100000),
  ADD CONSTRAINT team_new_releases_per_day_range CHECK (new_releases_per_day BETWEEN 0 AND 100000);

-- When telemetry of the agent last arrived, to the minute; written by registration, not by every batch.
ALTER TABLE agent ADD COLUMN last_seen_at TIMESTAMPTZ(6);

-- How many names a team has registered on a UTC day. The row is also the lock that makes the count exact.
CREATE TABLE registration_day (
  team_id TEXT    NOT NULL,
  day     DATE    NOT NULL,
  kind    TEXT    NOT NULL,
  used    INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT registration_day_pkey PRIMARY KEY (team_id, day, kind),
  CONSTRAINT registration_day_kind_known CHECK (kind IN ('agent', 'release')),
  CONSTRAINT registration_day_used_range CHECK (used >= 0),
  CONSTRAINT registration_day_team_id_fkey FOREIGN KEY (team_id) REFERENCES team (id) ON DELETE RESTRICT ON UPDATE CASCADE
);
