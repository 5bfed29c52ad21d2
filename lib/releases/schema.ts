import { z } from 'zod'
import { WireName } from '@/lib/agents/schema'
import { PageQuery, pageOf } from '@/lib/core/page'
import { IdText, lineAsSent } from '@/lib/core/text'

/** Contract of releases. Times are ISO 8601 in UTC. */

const Time = z.iso.datetime()

export const MANIFEST_MAX_BYTES = 262_144
export const MANIFEST_MAX_DEPTH = 64

/** What makes the release what it is: model, prompt versions, code revision, parameters, … Any JSON object. */
export const Manifest = z.record(z.string(), z.json())

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
