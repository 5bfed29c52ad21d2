import { DomainError } from '@/lib/core/errors'
import { jcs, type JsonObject } from '@/lib/core/json'
import { MANIFEST_MAX_BYTES } from './schema'

/**
 * A release is its manifest: the same manifest is the same release, whatever the order of its keys, and a name never
 * comes to mean another one. That is what makes two numbers per release comparable.
 */

/** The one text of a manifest (JCS, RFC 8785). Throws `bad_request` for what it cannot hold. */
export const canonicalManifest = (manifest: JsonObject): string => {
  const text = textOf(manifest)
  if (new TextEncoder().encode(text).length > MANIFEST_MAX_BYTES) {
    throw invalid(`Keep it within ${MANIFEST_MAX_BYTES} bytes; put large parts elsewhere and name their hash.`)
  }
  return text
}

const textOf = (manifest: JsonObject): string => {
  try {
    return jcs(manifest)
  } catch (cause) {
    if (cause instanceof RangeError) throw invalid(`${cause.message} Send such a value as text.`, cause)
    throw cause
  }
}

/** Throws `conflict` with the way out when the name stands for another manifest already. */
export const requireSameManifest = (agent: string, name: string, storedSha256: string, sha256: string): void => {
  if (storedSha256 === sha256) return
  throw new DomainError(
    'conflict',
    `The release ${name} of ${agent} is registered with another manifest. Register the changed one under a new name.`,
    { details: [{ path: 'manifest', message: `SHA-256 ${sha256}, registered: ${storedSha256}.` }] },
  )
}

const invalid = (message: string, cause?: unknown) =>
  new DomainError('bad_request', `manifest: ${message}`, { details: [{ path: 'manifest', message }], cause })
