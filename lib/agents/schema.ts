import { z } from 'zod'
import { KEY_SCOPES } from '@/lib/auth/permissions'
import { PageQuery, pageOf } from '@/lib/core/page'
import { IdText, line, lineAsSent, lines } from '@/lib/core/text'

/** Contract of agents and their keys. Times are ISO 8601 in UTC. */

const Time = z.iso.datetime()

/** A name as sent on the wire: compared byte by byte, so what cannot be stored as sent is refused, not repaired. */
export const WireName = lineAsSent(256).refine((name) => name === name.trim(), 'Remove the spaces around it.')

export const IDLE_LIMIT_SEC = { min: 300, max: 2_592_000, default: 86_400 } as const

export const AgentView = z.object({
  id: z.string(),
  /** As sent on the wire; it never changes, because telemetry names the agent by it. */
  name: z.string(),
  description: z.string(),
  /** An interaction without an outcome counts as abandoned this long after its last event. */
  idleLimitSec: z.int(),
  /** A trace in which no span names an interaction is an interaction of its own; else its cost is unattributed. */
  traceIsInteraction: z.boolean(),
  /** `telemetry`: registered when its first event arrived. */
  origin: z.enum(['console', 'telemetry']),
  /** Keys bound to this agent that work now. */
  keys: z.int(),
  /** When telemetry of it last arrived, to the minute; null = never. */
  lastSeenAt: Time.nullable(),
  createdAt: Time,
})
export type AgentView = z.infer<typeof AgentView>
export const AgentPage = pageOf(AgentView)

const Description = lines(2000)
const IdleLimitSec = z.int().min(IDLE_LIMIT_SEC.min).max(IDLE_LIMIT_SEC.max)
export const AgentParams = z.object({ agentId: IdText })
export const AgentCreate = z.strictObject({
  name: WireName,
  description: Description.default(''),
  idleLimitSec: IdleLimitSec.default(IDLE_LIMIT_SEC.default),
  traceIsInteraction: z.boolean().default(false),
})
export const AgentChange = z.strictObject({
  description: Description.optional(),
  idleLimitSec: IdleLimitSec.optional(),
  traceIsInteraction: z.boolean().optional(),
})

export { PRODUCTION } from './environment'
/** `production` has rules of its own, so spelling variants of it must not pass as another environment. */
export const Environment = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'Use lower-case letters, digits and hyphens, at most 40.')
export const KeyName = line(80)
export const KeyScopes = z
  .array(z.enum(KEY_SCOPES))
  .min(1)
  .max(KEY_SCOPES.length)
  .transform((scopes) => KEY_SCOPES.filter((scope) => scopes.includes(scope)))

export const KEY_STATES = ['active', 'expired', 'revoked'] as const
export const KeyView = z.object({
  /** The public part of the key; safe to log and to search. */
  publicId: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(KEY_SCOPES)),
  environment: z.string(),
  /** Null = every agent of the team. */
  agent: z.object({ id: z.string(), name: z.string() }).nullable(),
  state: z.enum(KEY_STATES),
  expiresAt: Time.nullable(),
  revokedAt: Time.nullable(),
  /** The key it replaced. */
  rotatedFrom: z.string().nullable(),
  createdBy: z.string(),
  createdAt: Time,
  lastUsedAt: Time.nullable(),
})
export type KeyView = z.infer<typeof KeyView>
export const KeyPage = pageOf(KeyView)
export const KeyQuery = PageQuery.extend({ agentId: IdText.optional() })

export const KeyParams = z.object({ publicId: IdText })
export const KeyCreate = z.strictObject({
  name: KeyName,
  scopes: KeyScopes,
  environment: Environment,
  agentId: IdText.nullable().default(null),
  expiresAt: Time.nullable().default(null),
})
export const OVERLAP_SEC_MAX = 604_800
export const KeyRotate = z.strictObject({
  /** How long the old key works beside the new one. */
  overlapSec: z.int().min(0).max(OVERLAP_SEC_MAX).default(86_400),
  /** When the new key expires; left out: as the old one did. */
  expiresAt: Time.nullable().optional(),
})
/** `secret` is the whole key, shown this once: `sbx_<publicId>_<secret>`. Only its hash is stored. */
export const NewKey = z.object({ key: KeyView, secret: z.string() })
export type NewKey = z.infer<typeof NewKey>
