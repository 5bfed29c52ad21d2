import 'server-only'
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { limited } from '@/lib/auth/attempts'
import { hashPassword } from '@/lib/auth/password'
import { isSetupNeeded } from '@/lib/auth/queries'
import { PersonAudit, type SetupInput } from '@/lib/auth/schema'
import * as store from '@/lib/auth/store'
import { appendAudit } from '@/lib/core/audit-log'
import { PLATFORM, type Ctx } from '@/lib/core/context'
import { env } from '@/lib/core/env'
import { DomainError } from '@/lib/core/errors'
import { newId } from '@/lib/core/ids'
import { auditView, personalView } from '@/lib/core/personal'
import { slugOf } from '@/lib/teams/rules'

/**
 * Makes the first administrator and the first team, once, for whoever has the code that `npm start` printed. Throws
 * `forbidden` (wrong code), `conflict` (done already, also when two try at once), `rate_limited`.
 */
export const setUp = async (
  input: SetupInput & { address: string },
  request: { now: Date; requestId: string },
): Promise<{ personId: string; teamId: string; teamSlug: string }> => {
  if (!(await isSetupNeeded())) throw done()
  const isRight = await limited(
    { subject: 'setup code', address: input.address, now: request.now },
    async () => (await isSetupCode(input.code)) || undefined,
  )
  if (!isRight) throw new DomainError('forbidden', 'The setup code is not right. npm start prints it.')
  const made = await createFirst(input, request)
  // It opens nothing any more, so it may stay if this fails.
  await rm(codeFile(), { force: true }).catch(() => {})
  return made
}

const createFirst = async (input: SetupInput, request: { now: Date; requestId: string }) => {
  const { now, requestId } = request
  const passwordHash = await hashPassword(input.password)
  const person = { id: newId('usr', now), email: input.email, name: input.name }
  const team = { id: newId('team', now), slug: slugOf(input.teamName), name: input.teamName }
  const ctx: Ctx = { teamId: PLATFORM, actor: { type: 'system', id: 'setup' }, permissions: new Set(), now, requestId }
  await store.inTransaction(async (tx) => {
    if (!(await store.lockSetup(tx))) throw done()
    const redactionSalt = new Uint8Array(randomBytes(32))
    await store.insertFirstAdministrator(tx, {
      person: { ...person, passwordHash },
      team: { ...team, redactionSalt },
      now,
    })
    await appendAudit(tx, ctx, [
      {
        kind: 'person.create',
        subject: person.id,
        after: { ...auditView(person, PersonAudit), platformRole: 'PLATFORM_ADMIN' },
        personal: { subjectId: person.id, fields: personalView(person, PersonAudit) },
      },
    ])
    await appendAudit(tx, { ...ctx, teamId: team.id }, [
      { kind: 'team.create', subject: team.id, after: { id: team.id, slug: team.slug } },
      { kind: 'membership.create', subject: person.id, after: { role: 'LEAD' } },
    ])
  })
  return { personId: person.id, teamId: team.id, teamSlug: team.slug }
}

const done = () =>
  new DomainError('conflict', 'Signalbox is set up already. Sign in, or ask an administrator for an invitation.')

/** Folder of everything that a running installation keeps; `npm start` names it. */
const codeFile = (): string => join(env().SIGNALBOX_DATA_DIR ?? '.signalbox', 'setup-code')

/** Compared as hashes of equal length, in constant time. */
const isSetupCode = async (code: string): Promise<boolean> => {
  const stored = await readFile(codeFile(), 'utf8').catch(() => '')
  return stored.trim() !== '' && timingSafeEqual(sha256(code.trim()), sha256(stored.trim()))
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
