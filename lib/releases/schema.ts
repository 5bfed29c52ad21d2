import { z } from 'zod'
import { WireName } from '@/lib/agents/schema'
import type { JsonObject } from '@/lib/core/json'
import { PageQuery, pageOf } from '@/lib/core/page'
import { IdText, lineAsSent } from '@/lib/core/text'

/** Contract of releases. Times are ISO 8601 in UTC. */

const Time = z.iso.datetime()

export const MANIFEST_MAX_BYTES = 262_144
export const MANIFEST_MAX_DEPTH = 64

/** What makes the release what it is: model, prompt versions, code revision, parameters, … Any JSON object. */
export const Manifest = z
  .custom<JsonObject>((value) => isObject(value), 'Send a JSON object.')
  .refine((value) => depthOf(value) <= MANIFEST_MAX_DEPTH, `Nest at most ${MANIFEST_MAX_DEPTH} levels.`)
  .meta({ type: 'object', additionalProperties: true })

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Levels of nesting, counted without recursion: the sender decides how deep it is, and a stack has an end. */
const depthOf = (value: unknown): number => {
  let depth = 0
  let level: unknown[] = [value]
  while (level.length > 0 && depth <= MANIFEST_MAX_DEPTH) {
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []))
    depth += 1
  }
  return depth
}

export const ReleaseRegister = z.strictObject({
  /** Name of the agent; registered when it is not known yet. */
  agent: WireName,
  /** Name of the release as telemetry sends it; unique for the agent. */
  name: WireName,
  manifest: Manifest,
})

export const ReleaseSummary = z.object({
  id: z.string(),
  agent: z.string(),
  name: z.string(),
  /** SHA-256 (hex) of the manifest's JCS form (RFC 8785); null for a release only seen in telemetry. */
  manifestSha256: z.string().nullable(),
  /** `telemetry`: registered when an event first named it. */
  origin: z.enum(['api', 'telemetry']),
  createdAt: Time,
})
export type ReleaseSummary = z.infer<typeof ReleaseSummary>
export const ReleasePage = pageOf(ReleaseSummary)
export const ReleaseView = ReleaseSummary.extend({ manifest: Manifest.nullable() })
export type ReleaseView = z.infer<typeof ReleaseView>

export const ReleaseParams = z.object({ releaseId: IdText })
export const ReleaseQuery = PageQuery.extend({ agent: lineAsSent(256).optional() })
