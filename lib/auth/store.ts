import 'server-only'
import { pool, prisma, type Tx } from '@/lib/core/db'
import { TOUCH_EVERY_MS } from '@/lib/auth/rules'

/** Runs the work in one transaction. */
export const inTransaction = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
  prisma().$transaction(work, { maxWait: 5_000, timeout: 15_000 })

/** Notes that a sign-in was used; at most once a minute over all processes, so that reading stays reading. */
export const touchSession = async (sessionId: string, now: Date): Promise<void> => {
  await pool().query('UPDATE session SET last_seen_at = $2 WHERE id = $1 AND ended_at IS NULL AND last_seen_at <= $3', [
    sessionId,
    now,
    new Date(now.getTime() - TOUCH_EVERY_MS),
  ])
}

/** Notes that a key was used; at most once a minute over all processes. */
export const touchKey = async (publicId: string, now: Date): Promise<void> => {
  await pool().query(
    'UPDATE agent_key SET last_used_at = $2 WHERE public_id = $1 AND (last_used_at IS NULL OR last_used_at <= $3)',
    [publicId, now, new Date(now.getTime() - TOUCH_EVERY_MS)],
  )
}

/** Adds a sign-in. */
export const insertSession = async (
  tx: Tx,
  session: { id: string; personId: string; now: Date; expiresAt: Date },
): Promise<void> => {
  await tx.$executeRaw`
    INSERT INTO session (id, person_id, auth_time, last_seen_at, expires_at)
    VALUES (${session.id}, ${session.personId}, ${session.now}, ${session.now}, ${session.expiresAt})`
}

/** Ends one sign-in; false when it had ended already. */
export const endSession = async (tx: Tx, sessionId: string, reason: string, now: Date): Promise<boolean> =>
  (await tx.$executeRaw`
    UPDATE session SET ended_at = ${now}, ended_by = ${reason} WHERE id = ${sessionId} AND ended_at IS NULL`) > 0

export const renewAuthTime = async (tx: Tx, sessionId: string, now: Date): Promise<void> => {
  await tx.$executeRaw`UPDATE session SET auth_time = ${now} WHERE id = ${sessionId} AND ended_at IS NULL`
}

/** The stored password hash of a person, locked until the end of the transaction; null without one. */
export const lockPasswordHash = async (tx: Tx, personId: string): Promise<string | null> => {
  const rows = await tx.$queryRaw<{ password_hash: string | null }[]>`
    SELECT password_hash FROM person WHERE id = ${personId} AND removed_at IS NULL FOR UPDATE`
  return rows[0]?.password_hash ?? null
}

export const setPasswordHash = async (tx: Tx, personId: string, passwordHash: string): Promise<void> => {
  await tx.$executeRaw`UPDATE person SET password_hash = ${passwordHash} WHERE id = ${personId}`
}

/**
 * Takes one attempt of each subject's window before the password is looked at, so that many at once cannot pass the
 * limit together: one conditional statement. False when a limit is reached. `giveBack` undoes it after a success.
 */
export const takeAttempt = async (attempt: Attempt): Promise<boolean> => {
  const { rows } = await pool().query(
    `WITH address AS (
       INSERT INTO sign_in_attempt AS a (subject_sha256, window_start, failures) VALUES ($1, $3, 1)
       ON CONFLICT (subject_sha256, window_start) DO UPDATE SET failures = a.failures + 1 WHERE a.failures < $4 RETURNING 1
     ), subject AS (
       INSERT INTO sign_in_attempt AS a (subject_sha256, window_start, failures) SELECT $2, $3, 1 FROM address
       ON CONFLICT (subject_sha256, window_start) DO UPDATE SET failures = a.failures + 1 WHERE a.failures < $5 RETURNING 1
     ) SELECT 1 FROM subject`,
    [attempt.addressSha256, attempt.subjectSha256, attempt.windowStart, attempt.addressMax, attempt.subjectMax],
  )
  return rows.length === 1
}

/** After a success: the subject starts again at none, the address gets back the one that was taken. */
export const giveBackAttempt = async (attempt: Attempt): Promise<void> => {
  await pool().query(
    `UPDATE sign_in_attempt SET failures = CASE WHEN subject_sha256 = $2 THEN 0 ELSE greatest(failures - 1, 0) END
     WHERE subject_sha256 IN ($1, $2) AND window_start = $3`,
    [attempt.addressSha256, attempt.subjectSha256, attempt.windowStart],
  )
}

export type Attempt = {
  addressSha256: Buffer
  subjectSha256: Buffer
  windowStart: Date
  addressMax: number
  subjectMax: number
}

/** Windows that have passed count for nothing. At most 1,000 rows a call. */
export const clearOldAttempts = async (before: Date): Promise<void> => {
  await pool().query(
    `DELETE FROM sign_in_attempt WHERE (subject_sha256, window_start) IN
       (SELECT subject_sha256, window_start FROM sign_in_attempt WHERE window_start < $1 LIMIT 1000)`,
    [before],
  )
}

/** One setup at a time, and none once there is a person. False: it is done already. */
export const lockSetup = async (tx: Tx): Promise<boolean> => {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(5170222)`
  return (await tx.person.findFirst({ select: { id: true } })) === null
}

export const insertFirstAdministrator = async (
  tx: Tx,
  first: {
    person: { id: string; email: string; name: string; passwordHash: string }
    team: { id: string; slug: string; name: string; redactionSalt: Uint8Array<ArrayBuffer> }
    now: Date
  },
): Promise<void> => {
  const { person, team, now } = first
  await tx.person.create({ data: { ...person, platformRole: 'PLATFORM_ADMIN', createdAt: now } })
  await tx.team.create({ data: { ...team, createdAt: now } })
  await tx.membership.create({ data: { teamId: team.id, personId: person.id, role: 'LEAD', createdAt: now } })
}
