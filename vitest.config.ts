import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('./', import.meta.url))

// Two projects: `pure` needs nothing, `db` gets a database of its own for every test file (scripts/testing).
export default defineConfig({
  resolve: {
    alias: [
      { find: /^@\//, replacement: root },
      // Outside Next the package throws unless the `react-server` condition is on; this is what it resolves to then.
      { find: /^server-only$/, replacement: `${root}node_modules/server-only/empty.js` },
    ],
  },
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    retry: 0,
    allowOnly: false,
    passWithNoTests: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: ['{app,components,e2e,examples,lib,prisma,scripts}/**/*.test.{ts,tsx,mjs}'],
          exclude: ['**/*.db.test.ts', '**/node_modules/**'],
          setupFiles: ['scripts/testing/console-errors.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'db',
          include: ['{app,components,e2e,examples,lib,prisma,scripts}/**/*.db.test.ts'],
          globalSetup: ['scripts/testing/database-for-run.mjs'],
          setupFiles: ['scripts/testing/database-for-file.mjs', 'scripts/testing/console-errors.ts'],
        },
      },
    ],
  },
})
