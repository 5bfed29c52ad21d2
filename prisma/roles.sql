-- Rights of the application's role, least privilege. Idempotent; run after every migration, by the owner of the tables
-- or an administrator: the launcher does, or `psql -1 -v app_role=… -v owner_role=… -f prisma/roles.sql`.
-- Only where application and owner are two roles: an owner must not take rights from itself.

GRANT USAGE ON SCHEMA public TO :"app_role";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"app_role";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO :"app_role";
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO :"app_role";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner_role" IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"app_role";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner_role" IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO :"app_role";

-- The log is append-only for the application: it adds and reads, and takes from the queue of the sequencer.
REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON audit_entry, audit_body FROM :"app_role";
REVOKE UPDATE, TRUNCATE, REFERENCES, TRIGGER ON audit_pending FROM :"app_role";
-- Personal data of the log is erased by overwriting it with null, never deleted.
REVOKE DELETE, TRUNCATE, REFERENCES, TRIGGER ON audit_payload, subject_key FROM :"app_role";
SELECT seal_audit_partitions();
-- Retention drops months and days as the owner.
REVOKE ALL ON FUNCTION drop_audit_partition(date, text) FROM :"app_role";
REVOKE ALL ON FUNCTION drop_expired_span_partition(text, timestamptz) FROM :"app_role";

-- Which migrations are in is the owner's to write.
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON _prisma_migrations FROM :"app_role";
