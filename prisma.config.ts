import { defineConfig } from 'prisma/config'

/** For the Prisma CLI (`prisma generate`). Migrations are applied by scripts/lib/migrate.mjs, without a native engine. */
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
})
