// The SQL with which the administrator of a foreign PostgreSQL makes the two roles.
import { APP_ROLE, fillRoles, literal, OWNER_ROLE } from './database.mjs'

/** `grants` is the text of prisma/roles.sql. */
export function rolesScript({ grants, ownerPassword, appPassword }) {
  const url = (role, password) => `postgresql://${role}:${password}@HOST:5432/DATABASE`
  const role = (name, password) =>
    `SELECT 'CREATE ROLE ${name} LOGIN' WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '${name}')\\gexec\n` +
    `ALTER ROLE ${name} PASSWORD ${literal(password)};`
  return `-- For an administrator, with psql, in the database that Signalbox uses:
--   npm run --silent db:roles | psql -v ON_ERROR_STOP=1 "postgresql://ADMIN@HOST:5432/DATABASE"
-- The passwords were made for this printout and are kept nowhere. Afterwards start Signalbox with:
--   DATABASE_URL=${url(APP_ROLE, appPassword)}
--   DATABASE_OWNER_URL=${url(OWNER_ROLE, ownerPassword)}

${role(OWNER_ROLE, ownerPassword)}
${role(APP_ROLE, appPassword)}
SELECT format('ALTER DATABASE %I OWNER TO ${OWNER_ROLE}', current_database())\\gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO ${APP_ROLE}', current_database())\\gexec
GRANT USAGE, CREATE ON SCHEMA public TO ${OWNER_ROLE};

-- A database that ran with one role until now: its tables and functions go to the new owner.
SELECT format('ALTER TABLE %s OWNER TO ${OWNER_ROLE}', c.oid::regclass)
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')\\gexec
SELECT format('ALTER SEQUENCE %s OWNER TO ${OWNER_ROLE}', c.oid::regclass)
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'S'
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i'))\\gexec
SELECT format('ALTER ROUTINE %s OWNER TO ${OWNER_ROLE}', p.oid::regprocedure)
FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')\\gexec
SELECT format('ALTER TYPE %s OWNER TO ${OWNER_ROLE}', t.oid::regtype)
FROM pg_type t WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd')\\gexec

-- Rights inside the database. \`npm start\` applies them after every migration, so a new database needs none yet.
SELECT to_regclass('_prisma_migrations') IS NOT NULL AS migrated \\gset
\\if :migrated
${fillRoles(grants, { appRole: APP_ROLE, ownerRole: OWNER_ROLE }).trim()}
\\endif
`
}
