// npm run db:roles: prints SQL for the administrator of your own PostgreSQL; changes nothing itself.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { main } from './lib/log.mjs'
import { projectDir } from './lib/places.mjs'
import { rolesScript } from './lib/roles-script.mjs'

await main(() => {
  const password = () => randomBytes(24).toString('base64url')
  const grants = readFileSync(join(projectDir, 'prisma', 'roles.sql'), 'utf8')
  console.log(rolesScript({ grants, ownerPassword: password(), appPassword: password() }))
})
