import { createHash, createHmac } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { auditEntries, auditEntry, auditVerdicts } from '@/lib/audit/queries'
import { eraseSubject } from '@/lib/audit/store'
import { aTeam, personCtx } from '@/lib/auth/testing'
import { appendAudit, type AuditNote } from '@/lib/core/audit-log'
import { closeDb, pool, prisma } from '@/lib/core/db'
import { mutation } from '@/lib/core/mutation'
import { auditView, personal, personalView } from '@/lib/core/personal'

const Input = z.object({
  id: z.string(),
  email: personal(z.string()),
  name: personal(z.string()).nullable(),
  level: z.number(),
})
const renameTeam = (extra: Partial<AuditNote> = {}) =>
  mutation({
    permission: 'team:manage',
    input: Input,
    run: async (tx, ctx, input) => {
      await tx.team.update({ where: { id: ctx.teamId }, data: { name: `level ${input.level}` } })
      const fields = personalView(input, Input)
      return {
        value: input.level,
        audit: [
          {
            kind: 'team.rename',
            subject: input.id,
            before: null,
            after: auditView(input, Input),
            personal: { subjectId: input.id, fields },
            ...extra,
          },
        ],
      }
    },
  })

const owner = new pg.Client({ connectionString: process.env.DATABASE_OWNER_URL })
beforeAll(() => owner.connect())
afterAll(async () => {
  await owner.end()
  await closeDb()
})

const someone = { id: 'usr_someone', email: 'ada.secret@example.test', name: 'Ada Secretname', level: 3 }
const newEntry = async () => {
  const ctx = personCtx((await aTeam()).id, 'LEAD')
  await renameTeam()(ctx, someone)
  const { items } = await auditEntries(ctx, { limit: 10 })
  expect(items).toHaveLength(1)
  return { ctx, id: items[0]?.id ?? '' }
}
const teamName = async (id: string) => (await prisma().team.findUniqueOrThrow({ where: { id } })).name

describe('a write and its entry', () => {
  test('the entry says who did what to what, with before and after', async () => {
    const { ctx, id } = await newEntry()
    const entry = await auditEntry(ctx, id)
    expect(entry).toMatchObject({
      kind: 'team.rename',
      actorType: 'person',
      actorId: ctx.actor.id,
      subject: 'usr_someone',
      occurredAt: ctx.now.toISOString(),
      before: null,
      after: { id: 'usr_someone', level: 3 },
      personal: 'stored',
    })
    expect(
      createHash('sha256')
        .update(entry.bodyCanonical ?? '')
        .digest('hex'),
    ).toBe(entry.bodySha256)
  })

  test('a failed audit insert rolls the write back', async () => {
    const ctx = personCtx((await aTeam()).id, 'LEAD')
    await expect(renameTeam({ kind: 'x'.repeat(101) })(ctx, someone)).rejects.toThrow()
    expect(await teamName(ctx.teamId)).toBe('A team')
    expect((await auditEntries(ctx, { limit: 10 })).items).toEqual([])
  })

  test('a number that has no exact canonical text rolls the write back', async () => {
    const ctx = personCtx((await aTeam()).id, 'LEAD')
    await expect(renameTeam({ after: { n: 2 ** 60 } })(ctx, someone)).rejects.toThrow(RangeError)
    expect(await teamName(ctx.teamId)).toBe('A team')
  })

  test('no e-mail or name stands in any table of the log', async () => {
    await newEntry()
    const { rows } = await owner.query(`
      SELECT (SELECT string_agg(e::text, '') FROM audit_entry e) || (SELECT string_agg(b::text, '') FROM audit_body b)
        || (SELECT string_agg(p::text || encode(p.ciphertext, 'escape'), '') FROM audit_payload p) AS text`)
    expect(rows[0].text).toContain('team.rename')
    expect(rows[0].text).not.toMatch(/ada\.secret|secretname/i)
  })

  test('each entry waits for the sequencer, and the sequence of a writer has no gap and no repetition', async () => {
    const ctx = personCtx((await aTeam()).id, 'LEAD')
    const note = { kind: 'team.rename', subject: 'a' }
    await prisma().$transaction((tx) => appendAudit(tx, ctx, [note, note, note]))
    const { rows } = await pool().query(
      `SELECT e.writer_id, e.writer_seq::int FROM audit_pending p JOIN audit_entry e ON e.team_id = p.team_id AND e.id = p.entry_id
       WHERE p.team_id = $1 ORDER BY 2`,
      [ctx.teamId],
    )
    expect(new Set(rows.map((row) => row.writer_id)).size).toBe(1)
    const first = rows[0].writer_seq
    expect(rows.map((row) => row.writer_seq - first)).toEqual([0, 1, 2])
  })

  test('entries of another team are not found, and cannot be listed without the permission', async () => {
    const { id } = await newEntry()
    const other = personCtx((await aTeam()).id, 'LEAD')
    await expect(auditEntry(other, id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(auditEntries(personCtx(other.teamId, 'VIEWER'), { limit: 1 })).rejects.toMatchObject({
      code: 'forbidden',
    })
  })
})

describe('U4 audit rows cannot be changed', () => {
  const partition = `audit_body_${new Date().toISOString().slice(0, 7).replace('-', '_')}`
  const changes = ['audit_entry', 'audit_body', partition].flatMap((table) => [
    [`UPDATE ${table} SET team_id = team_id || 'x'`],
    [`DELETE FROM ${table}`],
    [`TRUNCATE ${table}`],
  ])
  test.each(changes)('U4 the app role is refused: %s', async (sql) => {
    await newEntry()
    await expect(pool().query(sql)).rejects.toMatchObject({ code: '42501' })
  })
  test.each(changes)('U4 the owner is refused: %s', async (sql) => {
    await newEntry()
    await expect(owner.query(sql)).rejects.toThrow('append-only')
  })
  test.each(['audit_pending', 'audit_payload', 'subject_key'])('U4 TRUNCATE of %s is refused', async (table) => {
    await expect(owner.query(`TRUNCATE ${table}`)).rejects.toMatchObject({ code: '42501' })
  })
  test.each([
    "UPDATE audit_payload SET ciphertext = '\\x01'",
    'UPDATE audit_payload SET subject_id = subject_id || 1',
    'DELETE FROM audit_payload',
    "UPDATE subject_key SET wrapped_key = '\\x01'",
    'DELETE FROM subject_key',
  ])('U4 personal fields can only be erased: %s', async (sql) => {
    await newEntry()
    await expect(owner.query(sql)).rejects.toMatchObject({ code: '42501' })
  })

  test('U4 a partition goes only through the function, past 184 days and with its entry in the same transaction', async () => {
    await owner.query("SELECT ensure_audit_partition('2021-03-05')")
    await expect(owner.query("SELECT drop_audit_partition('2021-03-05', 'aud_none')")).rejects.toThrow(
      'wrote no audit entry',
    )
    await expect(owner.query("SELECT drop_audit_partition(now()::date, 'aud_none')")).rejects.toThrow('184 days')
    const insert = `INSERT INTO audit_entry (team_id, id, occurred_at, kind, actor_type, actor_id, subject, writer_id, writer_seq, body_sha256)
      VALUES ('platform', 'aud_drop', now(), 'audit.partition.drop', 'system', 'retention', 'audit_body_2021_03', 'w', 0, sha256('x'))`
    await owner.query(insert)
    await expect(owner.query("SELECT drop_audit_partition('2021-03-05', 'aud_drop')")).rejects.toThrow(
      'wrote no audit entry',
    )
    await owner.query('BEGIN')
    await owner.query(insert.replace('aud_drop', 'aud_drop2'))
    await owner.query("SELECT drop_audit_partition('2021-03-05', 'aud_drop2')")
    await owner.query('COMMIT')
    expect((await owner.query("SELECT to_regclass('audit_body_2021_03') AS name")).rows).toEqual([{ name: null }])
  })

  test('U4 a row changed with the triggers off fails the verifier, whichever column or text it is', async () => {
    const { ctx, id } = await newEntry()
    expect(await auditVerdicts(ctx, null, 10)).toEqual([
      { entryId: id, mismatches: [], isBodyGone: false, personal: 'stored' },
    ])
    const where = `WHERE team_id = '${ctx.teamId}'`
    const changes = [
      ...['kind', 'actor_id', 'subject', 'writer_id', 'interaction_id', 'action_hash'].map(
        (column) => `UPDATE audit_entry SET ${column} = 'changed' ${where}`,
      ),
      `UPDATE audit_entry SET occurred_at = occurred_at + interval '1 ms' ${where}`,
      `UPDATE audit_entry SET writer_seq = writer_seq + 1 ${where}`,
      `UPDATE audit_entry SET body_sha256 = sha256('x') ${where}`,
      `UPDATE audit_body SET body_canonical = replace(body_canonical, '"level":3', '"level":4') ${where}`,
      `UPDATE audit_payload SET ciphertext = '\\x0102' ${where}`,
      `UPDATE audit_payload SET entry_id = 'aud_other' ${where}`,
    ]
    for (const change of changes) {
      await owner.query('BEGIN; SET LOCAL lock_timeout = 5000')
      for (const table of ['audit_entry', 'audit_body', 'audit_payload']) {
        await owner.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`)
      }
      await owner.query(change)
      for (const table of ['audit_entry', 'audit_body', 'audit_payload']) {
        await owner.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`)
      }
      await owner.query('COMMIT')
    }
    const [verdict] = await auditVerdicts(ctx, null, 10)
    expect(verdict?.mismatches).toEqual([
      'The text does not have the hash that the entry holds.',
      ...['occurredAt', 'kind', 'actorId', 'subject', 'interactionId', 'actionHash', 'writerId', 'writerSeq'].map(
        (field) => `The column ${field} is not what the text says.`,
      ),
      'The personal fields that the text commits to are missing.',
    ])
  })
})

describe('erasure of a person', () => {
  test('nulls key and salt, keeps every entry verifiable, and nothing is stored about them again', async () => {
    const { ctx, id } = await newEntry()
    await prisma().$transaction((tx) => eraseSubject(tx, someone.id, ctx.now))
    const { rows } = await owner.query('SELECT salt, ciphertext FROM audit_payload WHERE team_id = $1', [ctx.teamId])
    expect(rows).toEqual([{ salt: null, ciphertext: null }])
    expect(await auditVerdicts(ctx, null, 10)).toEqual([
      { entryId: id, mismatches: [], isBodyGone: false, personal: 'erased' },
    ])
    await renameTeam()({ ...ctx, now: new Date(ctx.now.getTime() + 1) }, someone)
    const [, second] = await auditVerdicts(ctx, null, 10)
    expect(second).toMatchObject({ mismatches: [], personal: 'none' })
  })

  test('the commitment is the HMAC of the ciphertext under the salt', async () => {
    const { ctx, id } = await newEntry()
    const { rows } = await pool().query('SELECT salt, ciphertext FROM audit_payload WHERE entry_id = $1', [id])
    const commit = createHmac('sha256', rows[0].salt).update(rows[0].ciphertext).digest('hex')
    expect((await auditEntry(ctx, id)).bodyCanonical).toContain(`"personalCommit":"${commit}"`)
  })
})

test('a page of entries goes on where the last one ended', async () => {
  const ctx = personCtx((await aTeam()).id, 'LEAD')
  for (let i = 0; i < 5; i++)
    await renameTeam()({ ...ctx, now: new Date(ctx.now.getTime() + i) }, { ...someone, level: i })
  const first = await auditEntries(ctx, { limit: 3 })
  const second = await auditEntries(ctx, { limit: 3, cursor: first.nextCursor ?? '' })
  expect(new Set([...first.items, ...second.items].map((entry) => entry.id)).size).toBe(5)
  expect(second.nextCursor).toBeNull()
})
