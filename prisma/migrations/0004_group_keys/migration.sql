-- Names may have 256 characters, up to 768 bytes each, and an index entry of Postgres at most 2,704 bytes: a row of an
-- interaction, a model, a prompt and a version was refused by its own key, with all that was sent beside it. The group
-- is keyed by a hash of its names, as a series of the roll-ups is; the names stay beside it.
ALTER TABLE interaction_total ADD COLUMN group_id uuid NOT NULL;
ALTER TABLE interaction_total DROP CONSTRAINT interaction_total_pkey;
ALTER TABLE interaction_total ADD PRIMARY KEY (team_id, interaction_id, group_id);

ALTER TABLE interaction_spend ADD COLUMN group_id uuid NOT NULL;
ALTER TABLE interaction_spend DROP CONSTRAINT interaction_spend_pkey;
ALTER TABLE interaction_spend ADD PRIMARY KEY (team_id, interaction_id, hour, group_id);
