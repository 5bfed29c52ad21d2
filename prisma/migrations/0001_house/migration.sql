-- The house: teams, people, sessions, agents, keys, releases, and the append-only audit log.
-- Runs as a plain role that owns the database's public schema; no extension, PostgreSQL 15 and later.

CREATE TABLE team (
  id                TEXT        NOT NULL,
  slug              TEXT        NOT NULL,
  name              TEXT        NOT NULL,
  redaction         JSONB       NOT NULL DEFAULT '{}',
  redaction_salt    BYTEA       NOT NULL,
  hash_user_ids     BOOLEAN     NOT NULL DEFAULT false,
  payload_max_bytes INTEGER     NOT NULL DEFAULT 4194304,
  ingest_per_minute INTEGER,
  created_at        TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT team_pkey PRIMARY KEY (id),
  -- `platform` is the reserved team of audit entries above teams: no row may take its place.
  CONSTRAINT team_id_not_reserved CHECK (id <> 'platform'),
  CONSTRAINT team_slug_shape CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$'),
  CONSTRAINT team_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
  CONSTRAINT team_redaction_salt_length CHECK (octet_length(redaction_salt) BETWEEN 16 AND 64),
  CONSTRAINT team_payload_max_bytes_range CHECK (payload_max_bytes >= 0),
  CONSTRAINT team_ingest_per_minute_range CHECK (ingest_per_minute > 0)
);
CREATE UNIQUE INDEX team_slug_key ON team (slug);

CREATE TABLE person (
  id            TEXT NOT NULL,
  email         TEXT NOT NULL,
  name          TEXT NOT NULL,
  password_hash TEXT,
  platform_role TEXT,
  removed_at    TIMESTAMPTZ(6),
  created_at    TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT person_pkey PRIMARY KEY (id),
  CONSTRAINT person_email_lower_case CHECK (email = lower(email)),
  CONSTRAINT person_email_length CHECK (char_length(email) BETWEEN 3 AND 320),
  CONSTRAINT person_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
  CONSTRAINT person_password_hash_length CHECK (char_length(password_hash) BETWEEN 20 AND 512),
  CONSTRAINT person_platform_role_known CHECK (platform_role IN ('PLATFORM_ADMIN', 'AUDITOR'))
);
CREATE UNIQUE INDEX person_email_key ON person (email);

CREATE TABLE membership (
  team_id    TEXT   NOT NULL,
  person_id  TEXT   NOT NULL,
  role       TEXT   NOT NULL,
  groups     TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
  created_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT membership_pkey PRIMARY KEY (team_id, person_id),
  CONSTRAINT membership_role_known CHECK (role IN ('LEAD', 'REVIEWER', 'ENGINEER', 'VIEWER')),
  CONSTRAINT membership_groups_count CHECK (cardinality(groups) <= 50),
  CONSTRAINT membership_team_id_fkey FOREIGN KEY (team_id) REFERENCES team (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT membership_person_id_fkey FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE INDEX membership_person_id_idx ON membership (person_id);

CREATE TABLE invitation (
  id           TEXT  NOT NULL,
  team_id      TEXT,
  role         TEXT  NOT NULL,
  email        TEXT  NOT NULL,
  token_sha256 BYTEA NOT NULL,
  invited_by   TEXT  NOT NULL,
  expires_at   TIMESTAMPTZ(6) NOT NULL,
  accepted_at  TIMESTAMPTZ(6),
  revoked_at   TIMESTAMPTZ(6),
  created_at   TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT invitation_pkey PRIMARY KEY (id),
  CONSTRAINT invitation_role_known CHECK (
    CASE WHEN team_id IS NULL THEN role IN ('PLATFORM_ADMIN', 'AUDITOR')
         ELSE role IN ('LEAD', 'REVIEWER', 'ENGINEER', 'VIEWER') END),
  CONSTRAINT invitation_email_lower_case CHECK (email = lower(email)),
  CONSTRAINT invitation_email_length CHECK (char_length(email) BETWEEN 3 AND 320),
  CONSTRAINT invitation_token_length CHECK (octet_length(token_sha256) = 32),
  CONSTRAINT invitation_team_id_fkey FOREIGN KEY (team_id) REFERENCES team (id) ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE UNIQUE INDEX invitation_token_sha256_key ON invitation (token_sha256);
CREATE INDEX invitation_team_id_created_at_idx ON invitation (team_id, created_at);

CREATE TABLE session (
  id           TEXT NOT NULL,
  person_id    TEXT NOT NULL,
  auth_time    TIMESTAMPTZ(6) NOT NULL,
  last_seen_at TIMESTAMPTZ(6) NOT NULL,
  expires_at   TIMESTAMPTZ(6) NOT NULL,
  ended_at     TIMESTAMPTZ(6),
  ended_by     TEXT,
  CONSTRAINT session_pkey PRIMARY KEY (id),
  CONSTRAINT session_ended_by_length CHECK (char_length(ended_by) <= 200),
  CONSTRAINT session_person_id_fkey FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE INDEX session_person_id_idx ON session (person_id);

CREATE TABLE sign_in_attempt (
  subject_sha256 BYTEA NOT NULL,
  window_start   TIMESTAMPTZ(6) NOT NULL,
  failures       INTEGER NOT NULL,
  CONSTRAINT sign_in_attempt_pkey PRIMARY KEY (subject_sha256, window_start),
  CONSTRAINT sign_in_attempt_subject_length CHECK (octet_length(subject_sha256) = 32),
  CONSTRAINT sign_in_attempt_failures_range CHECK (failures >= 0)
);
-- For clearing windows that have passed.
CREATE INDEX sign_in_attempt_window_start_idx ON sign_in_attempt (window_start);

CREATE TABLE agent (
  team_id        TEXT NOT NULL,
  id             TEXT NOT NULL,
  name           TEXT NOT NULL,
  description    TEXT NOT NULL DEFAULT '',
  idle_limit_sec INTEGER NOT NULL DEFAULT 86400,
  origin         TEXT NOT NULL,
  created_at     TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT agent_pkey PRIMARY KEY (team_id, id),
  CONSTRAINT agent_name_length CHECK (char_length(name) BETWEEN 1 AND 300),
  CONSTRAINT agent_description_length CHECK (char_length(description) <= 2000),
  CONSTRAINT agent_idle_limit_range CHECK (idle_limit_sec BETWEEN 300 AND 2592000), -- 5 min to 30 d
  CONSTRAINT agent_origin_known CHECK (origin IN ('console', 'telemetry')),
  CONSTRAINT agent_team_id_fkey FOREIGN KEY (team_id) REFERENCES team (id) ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE UNIQUE INDEX agent_team_id_name_key ON agent (team_id, name);

CREATE TABLE agent_key (
  public_id     TEXT   NOT NULL,
  team_id       TEXT   NOT NULL,
  name          TEXT   NOT NULL,
  secret_sha256 BYTEA  NOT NULL,
  scopes        TEXT[] NOT NULL,
  environment   TEXT   NOT NULL,
  agent_id      TEXT,
  expires_at    TIMESTAMPTZ(6),
  revoked_at    TIMESTAMPTZ(6),
  rotated_from  TEXT,
  created_by    TEXT   NOT NULL,
  created_at    TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  last_used_at  TIMESTAMPTZ(6),
  CONSTRAINT agent_key_pkey PRIMARY KEY (public_id),
  CONSTRAINT agent_key_public_id_shape CHECK (public_id ~ '^[a-z0-9]{12}$'),
  CONSTRAINT agent_key_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
  CONSTRAINT agent_key_secret_length CHECK (octet_length(secret_sha256) = 32),
  CONSTRAINT agent_key_scopes_known CHECK (
    cardinality(scopes) BETWEEN 1 AND 7
    AND scopes <@ ARRAY['ingest', 'read', 'authorize', 'prompts', 'releases', 'tools', 'gateway']),
  CONSTRAINT agent_key_environment_length CHECK (char_length(environment) BETWEEN 1 AND 64),
  CONSTRAINT agent_key_team_id_fkey FOREIGN KEY (team_id) REFERENCES team (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT agent_key_agent_id_fkey FOREIGN KEY (team_id, agent_id) REFERENCES agent (team_id, id)
);
CREATE INDEX agent_key_team_id_created_at_idx ON agent_key (team_id, created_at);

CREATE TABLE release (
  team_id         TEXT NOT NULL,
  id              TEXT NOT NULL,
  agent_name      TEXT NOT NULL,
  name            TEXT NOT NULL,
  manifest_sha256 BYTEA,
  manifest        TEXT,
  origin          TEXT NOT NULL,
  created_at      TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT release_pkey PRIMARY KEY (team_id, id),
  CONSTRAINT release_agent_name_length CHECK (char_length(agent_name) BETWEEN 1 AND 300),
  CONSTRAINT release_name_length CHECK (char_length(name) BETWEEN 1 AND 300),
  CONSTRAINT release_manifest_sha256_length CHECK (octet_length(manifest_sha256) = 32),
  CONSTRAINT release_manifest_length CHECK (octet_length(manifest) <= 1048576),
  CONSTRAINT release_origin_known CHECK (origin IN ('api', 'telemetry'))
);
CREATE UNIQUE INDEX release_team_id_agent_name_name_key ON release (team_id, agent_name, name);

-- The audit log. Entries hold ids and hashes and stay for ever; bodies hold the canonical text that the hash is of and
-- are kept by the month; personal fields are encrypted apart from both, so that erasing a person alters no entry.

CREATE TABLE audit_entry (
  team_id        TEXT NOT NULL,
  id             TEXT NOT NULL,
  occurred_at    TIMESTAMPTZ(3) NOT NULL, -- milliseconds, as in the text: a change below them cannot hide here
  kind           TEXT NOT NULL,
  actor_type     TEXT NOT NULL,
  actor_id       TEXT NOT NULL,
  subject        TEXT NOT NULL,
  interaction_id TEXT,
  action_hash    TEXT,
  writer_id      TEXT NOT NULL,
  writer_seq     BIGINT NOT NULL,
  body_sha256    BYTEA NOT NULL,
  CONSTRAINT audit_entry_pkey PRIMARY KEY (team_id, id),
  CONSTRAINT audit_entry_kind_length CHECK (char_length(kind) BETWEEN 1 AND 100),
  CONSTRAINT audit_entry_actor_known CHECK (actor_type IN ('person', 'key', 'system')),
  CONSTRAINT audit_entry_subject_length CHECK (char_length(subject) BETWEEN 1 AND 1024),
  CONSTRAINT audit_entry_body_length CHECK (octet_length(body_sha256) = 32)
);
-- Ids begin with their time, so the primary key is also the order of the log.
CREATE INDEX audit_entry_team_id_subject_id_idx ON audit_entry (team_id, subject, id);

CREATE TABLE audit_body (
  team_id        TEXT NOT NULL,
  entry_id       TEXT NOT NULL,
  occurred_at    TIMESTAMPTZ(3) NOT NULL,
  body_canonical TEXT NOT NULL,
  CONSTRAINT audit_body_pkey PRIMARY KEY (team_id, entry_id, occurred_at)
) PARTITION BY RANGE (occurred_at);

CREATE TABLE audit_pending (
  team_id     TEXT NOT NULL,
  entry_id    TEXT NOT NULL,
  enqueued_at TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT audit_pending_pkey PRIMARY KEY (team_id, entry_id)
);
CREATE INDEX audit_pending_team_id_enqueued_at_entry_id_idx ON audit_pending (team_id, enqueued_at, entry_id);

CREATE TABLE subject_key (
  team_id      TEXT NOT NULL,
  subject_id   TEXT NOT NULL,
  wrapped_key  BYTEA,
  destroyed_at TIMESTAMPTZ(6),
  created_at   TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT subject_key_pkey PRIMARY KEY (team_id, subject_id),
  CONSTRAINT subject_key_there_or_destroyed CHECK ((wrapped_key IS NULL) = (destroyed_at IS NOT NULL))
);

CREATE TABLE audit_payload (
  team_id    TEXT NOT NULL,
  entry_id   TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  salt       BYTEA,
  ciphertext BYTEA,
  CONSTRAINT audit_payload_pkey PRIMARY KEY (team_id, entry_id),
  CONSTRAINT audit_payload_salt_length CHECK (octet_length(salt) = 32)
);
CREATE INDEX audit_payload_team_id_subject_id_idx ON audit_payload (team_id, subject_id);

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % refused: the audit log is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry
  FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
-- The row trigger is copied to every partition; the one for TRUNCATE is not, so ensure_audit_partition sets it.
CREATE TRIGGER audit_body_append_only BEFORE UPDATE OR DELETE ON audit_body
  FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_body_no_truncate BEFORE TRUNCATE ON audit_body
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_pending_no_truncate BEFORE TRUNCATE ON audit_pending
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

-- The only change that encrypted personal data and its keys may see is their destruction.
CREATE FUNCTION refuse_all_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  was jsonb := to_jsonb(OLD);
  is_now jsonb;
  field text;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    is_now := to_jsonb(NEW);
    FOR field IN SELECT jsonb_object_keys(was) LOOP
      IF was->field IS DISTINCT FROM is_now->field
        AND NOT (field IN ('salt', 'ciphertext', 'wrapped_key') AND is_now->field = 'null')
        AND NOT (field = 'destroyed_at' AND was->field = 'null') THEN
        RAISE EXCEPTION 'change of %.% refused: it can only be erased', TG_TABLE_NAME, field USING ERRCODE = 'insufficient_privilege';
      END IF;
    END LOOP;
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% of % refused: erase it instead', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_payload_only_erased BEFORE UPDATE OR DELETE ON audit_payload
  FOR EACH ROW EXECUTE FUNCTION refuse_all_but_erasure();
CREATE TRIGGER audit_payload_no_truncate BEFORE TRUNCATE ON audit_payload
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER subject_key_only_erased BEFORE UPDATE OR DELETE ON subject_key
  FOR EACH ROW EXECUTE FUNCTION refuse_all_but_erasure();
CREATE TRIGGER subject_key_no_truncate BEFORE TRUNCATE ON subject_key
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

CREATE FUNCTION audit_partition_name(month date) RETURNS text LANGUAGE sql IMMUTABLE
  RETURN 'audit_body_' || lpad(extract(year FROM month)::int::text, 4, '0') || '_' || lpad(extract(month FROM month)::int::text, 2, '0');

-- Partitions are reached through their parent; nobody but the owner needs a right on one, whatever default privileges say.
CREATE FUNCTION seal_audit_partition(partition regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  holder text;
BEGIN
  FOR holder IN
    SELECT DISTINCT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END
    FROM pg_class c, aclexplode(c.relacl) a
    WHERE c.oid = partition AND a.grantee <> c.relowner
  LOOP
    EXECUTE format('REVOKE ALL ON TABLE %s FROM %s', partition, holder);
  END LOOP;
END
$$;

CREATE FUNCTION seal_audit_partitions() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM seal_audit_partition(inhrelid::regclass) FROM pg_inherits WHERE inhparent = 'public.audit_body'::regclass;
END
$$;

-- Makes the partition of the month (UTC) that holds the given day; true when it was missing. It is built aside and
-- attached, because CREATE TABLE … PARTITION OF takes a lock that waits behind every reader and holds up every insert.
CREATE FUNCTION ensure_audit_partition(day date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  from_day date := date_trunc('month', day::timestamp)::date;
  to_day date := (date_trunc('month', day::timestamp) + interval '1 month')::date;
  name text := public.audit_partition_name(date_trunc('month', day::timestamp)::date);
BEGIN
  IF to_regclass('public.' || name) IS NOT NULL THEN RETURN false; END IF;
  IF day < date '2020-01-01' OR day > (now() + interval '400 days')::date THEN
    RAISE EXCEPTION 'no audit partition for %: out of range', day USING ERRCODE = 'datetime_field_overflow';
  END IF;
  PERFORM pg_advisory_xact_lock(5170221, extract(epoch FROM from_day)::int);
  IF to_regclass('public.' || name) IS NOT NULL THEN RETURN false; END IF;
  EXECUTE format('CREATE TABLE public.%I (LIKE public.audit_body INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)', name);
  EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON public.%I FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_audit_change()',
    name || '_no_truncate', name);
  PERFORM public.seal_audit_partition(('public.' || name)::regclass);
  EXECUTE format('ALTER TABLE public.audit_body ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
    name, from_day::text || ' 00:00:00+00', to_day::text || ' 00:00:00+00');
  RETURN true;
END
$$;

-- Drops the bodies of one month past their retention. DROP passes every trigger, so this asks for the audit entry that
-- says so: kind audit.partition.drop, subject = the partition, team platform, written by the same transaction.
CREATE FUNCTION drop_audit_partition(day date, by_entry_id text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  name text := public.audit_partition_name(date_trunc('month', day::timestamp)::date);
  to_day date := (date_trunc('month', day::timestamp) + interval '1 month')::date;
BEGIN
  IF to_day > (now() - interval '184 days')::date THEN
    RAISE EXCEPTION 'drop of % refused: audit bodies are kept for at least 184 days', name USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM 1 FROM public.audit_entry e
    WHERE e.team_id = 'platform' AND e.id = by_entry_id AND e.kind = 'audit.partition.drop' AND e.subject = name
      AND e.xmin = pg_current_xact_id()::xid;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'drop of % refused: this transaction wrote no audit entry for it', name USING ERRCODE = 'insufficient_privilege';
  END IF;
  EXECUTE format('DROP TABLE public.%I', name);
END
$$;
REVOKE ALL ON FUNCTION drop_audit_partition(date, text) FROM PUBLIC;
