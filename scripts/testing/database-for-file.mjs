// Before each database test file's modules load: a database of its own, named by DATABASE_URL and DATABASE_OWNER_URL.
import { inject } from 'vitest'
import { createTestDatabase, TEST_ENV } from '../lib/test-server.mjs'

const server = inject('signalboxTestServer')
const { env } = await createTestDatabase(server)
Object.assign(process.env, TEST_ENV, env, { SIGNALBOX_DATA_DIR: server.dataFolder })
// `npm test -- --only=db` of one developer must not meet the settings of another.
delete process.env.DATABASE_DIRECT_URL
