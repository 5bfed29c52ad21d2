import 'server-only'
import type { Tx } from '@/lib/core/db'

/**
 * Erases what the audit log knows of one subject in every team: the key and the salts are gone, so the ciphertext opens
 * nowhere (not in a backup either, once the key is out of it), while every entry and hash stays as it was. Returns how
 * many entries lost their personal fields. The caller's command writes the entry that says so.
 */
export const eraseSubject = async (tx: Tx, subjectId: string, now: Date): Promise<number> => {
  await tx.$executeRaw`
    UPDATE subject_key SET wrapped_key = NULL, destroyed_at = ${now}
    WHERE subject_id = ${subjectId} AND destroyed_at IS NULL`
  return tx.$executeRaw`
    UPDATE audit_payload SET salt = NULL, ciphertext = NULL
    WHERE subject_id = ${subjectId} AND (salt IS NOT NULL OR ciphertext IS NOT NULL)`
}
