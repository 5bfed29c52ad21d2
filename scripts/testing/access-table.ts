// Who may call what: one row for every route and method. A route file without its row fails the access test.
import { POST as postEvents } from '@/app/api/v1/events/route'
import { createKey } from '@/lib/agents/commands/create-key'
import { PLATFORM } from '@/lib/core/context'
import { registerRelease } from '@/lib/releases/commands'
import { invitePerson, inviteToPlatform } from '@/lib/teams/commands/invite-person'
import type { Method } from '@/lib/http/openapi'
import { call, makeAgent, makeKey, makePerson, systemCtx, unique } from './house'

export const ROLES = ['PLATFORM_ADMIN', 'AUDITOR', 'LEAD', 'REVIEWER', 'ENGINEER', 'VIEWER'] as const
export type Role = (typeof ROLES)[number]
export const PASSWORD = 'correct horse battery'

/** A thing that a route is about: values of its path, and of its query where that names it too. */
export type Target = { params: Record<string, string>; query?: Record<string, string> }

export type Row = {
  method: Method
  path: string
  /** Distinguishes two rows of one route. */
  note?: string
  /** `anybody`: open. Else the roles that may; every other role is `forbidden`, and nobody `unauthenticated`. */
  may: 'anybody' | readonly Role[]
  /** Whether a key of the team with every scope may; otherwise it is no sign-in: `unauthenticated`. */
  key?: true
  /** People are not asked at all: only keys come in. */
  keyOnly?: true
  /** Refusals in the form of OTLP: `google.rpc.Status`. */
  otlp?: true
  /** Makes the thing in a team. */
  target?: (teamId: string) => Promise<Target>
  missing?: Target
  /** Where the row acts: in a team, above teams, or on a team itself, which platform roles see wherever it is. */
  place?: 'above' | 'team-itself'
  body?: () => unknown
}

const READERS = ROLES
const PEOPLE_READERS = ['PLATFORM_ADMIN', 'AUDITOR', 'LEAD', 'REVIEWER', 'ENGINEER'] as const
const BUILDERS = ['PLATFORM_ADMIN', 'LEAD', 'ENGINEER'] as const
const LEADS = ['PLATFORM_ADMIN', 'LEAD'] as const
const PLATFORM_READERS = ['PLATFORM_ADMIN', 'AUDITOR'] as const
const ADMIN = ['PLATFORM_ADMIN'] as const

const address = () => `${unique('guest')}@example.test`
const NO_PERSON = { params: { personId: 'usr_0000000000000000000000' } }
const NO_INVITATION = { params: { invitationId: 'inv_0000000000000000000000' } }
const NO_AGENT = { params: { agentId: 'agt_0000000000000000000000' } }
const NO_KEY = { params: { publicId: '000000000000' } }
const NO_RELEASE = { params: { releaseId: 'rel_0000000000000000000000' } }

const member = async (teamId: string): Promise<Target> => ({
  params: { personId: (await makePerson({ teamId, role: 'VIEWER' })).id },
})
const anyPerson = async (): Promise<Target> => ({ params: { personId: (await makePerson({})).id } })
const invitation = async (teamId: string): Promise<Target> => {
  const made = await invitePerson(systemCtx(teamId), { email: address(), role: 'VIEWER' })
  return { params: { invitationId: made.invitation.id } }
}
const platformInvitation = async (): Promise<Target> => {
  const made = await inviteToPlatform(systemCtx(PLATFORM), { email: address(), role: 'AUDITOR' })
  return { params: { invitationId: made.invitation.id } }
}
const agent = async (teamId: string): Promise<Target> => ({ params: { agentId: (await makeAgent(teamId)).id } })
const keyOf =
  (environment: string) =>
  async (teamId: string): Promise<Target> => {
    const input = { name: unique('key'), scopes: ['read' as const], environment }
    return { params: { publicId: (await createKey(systemCtx(teamId), input)).key.publicId } }
  }
const release = async (teamId: string): Promise<Target> => {
  const input = { agent: unique('agent'), name: '1', manifest: { model: unique('model') } }
  return { params: { releaseId: (await registerRelease(systemCtx(teamId), input)).id } }
}
/** Through the public API, as agents send it. */
const traffic = async (teamId: string) => {
  const [interactionId, traceId, spanId, userId] = [unique('int'), unique('trace'), unique('span'), unique('user')]
  const startedAt = new Date(Date.now() - 60_000).toISOString()
  const events = [
    { type: 'interaction', id: interactionId, agent: 'matrix', userId, startedAt },
    { type: 'span', id: spanId, traceId, interactionId, agent: 'matrix', kind: 'tool', name: 'look-up', startedAt },
  ]
  const { headers } = await makeKey(teamId, { scopes: ['ingest'] })
  await call(postEvents, { method: 'POST', path: '/api/v1/events', headers, body: { events } })
  return { interactionId, traceId, spanId, userId }
}
const interaction = async (teamId: string): Promise<Target> => ({
  params: { id: (await traffic(teamId)).interactionId },
})
const user = async (teamId: string): Promise<Target> => ({ params: { userId: (await traffic(teamId)).userId } })
const span = async (teamId: string): Promise<Target> => {
  const { traceId, spanId } = await traffic(teamId)
  return { params: { id: spanId }, query: { traceId } }
}

const newKey = (environment: string) => () => ({ name: unique('key'), scopes: ['read'], environment })
const inInvitation = { target: invitation, missing: NO_INVITATION }
const V1 = '/api/v1'

export const ACCESS: readonly Row[] = [
  { method: 'GET', path: '/api/health', may: 'anybody' },
  { method: 'GET', path: `${V1}/openapi.json`, may: 'anybody' },
  { method: 'GET', path: `${V1}/setup`, may: 'anybody' },
  { method: 'POST', path: `${V1}/setup`, may: 'anybody', body: () => ({}) },
  { method: 'POST', path: `${V1}/invitations/preview`, may: 'anybody', body: () => ({ token: 'nothing' }) },
  { method: 'POST', path: `${V1}/invitations/accept`, may: 'anybody', body: () => ({ token: 'nothing' }) },

  { method: 'GET', path: `${V1}/session`, may: ROLES },
  { method: 'POST', path: `${V1}/session/confirm`, may: ROLES, body: () => ({ password: PASSWORD }) },
  {
    method: 'POST',
    path: `${V1}/session/password`,
    may: ROLES,
    body: () => ({ currentPassword: PASSWORD, newPassword: 'another horse battery' }),
  },
  { method: 'DELETE', path: `${V1}/session`, may: ROLES },
  { method: 'DELETE', path: `${V1}/sessions`, may: ROLES },

  { method: 'GET', path: `${V1}/teams`, may: ROLES, place: 'above' },
  { method: 'POST', path: `${V1}/teams`, may: ADMIN, place: 'above', body: () => ({ name: unique('Team') }) },
  {
    method: 'GET',
    path: `${V1}/teams/{teamId}`,
    may: READERS,
    place: 'team-itself',
    target: async (teamId) => ({ params: { teamId } }),
    missing: { params: { teamId: 'team_0000000000000000000000' } },
  },
  {
    method: 'PATCH',
    path: `${V1}/teams/{teamId}`,
    may: LEADS,
    place: 'team-itself',
    target: async (teamId) => ({ params: { teamId } }),
    missing: { params: { teamId: 'team_0000000000000000000000' } },
    body: () => ({ hashUserIds: false }),
  },

  { method: 'GET', path: `${V1}/people`, may: PEOPLE_READERS },
  {
    method: 'PATCH',
    path: `${V1}/people/{personId}`,
    may: LEADS,
    target: member,
    missing: NO_PERSON,
    body: () => ({ role: 'ENGINEER' }),
  },
  { method: 'DELETE', path: `${V1}/people/{personId}`, may: LEADS, target: member, missing: NO_PERSON },
  { method: 'GET', path: `${V1}/people/platform`, may: PLATFORM_READERS, place: 'above' },
  {
    method: 'PATCH',
    path: `${V1}/people/platform/{personId}`,
    may: ADMIN,
    place: 'above',
    target: anyPerson,
    body: () => ({ platformRole: 'AUDITOR' }),
  },
  { method: 'DELETE', path: `${V1}/people/platform/{personId}`, may: ADMIN, place: 'above', target: anyPerson },

  { method: 'GET', path: `${V1}/invitations`, may: PEOPLE_READERS },
  { method: 'POST', path: `${V1}/invitations`, may: LEADS, body: () => ({ email: address(), role: 'VIEWER' }) },
  { method: 'DELETE', path: `${V1}/invitations/{invitationId}`, may: LEADS, ...inInvitation },
  { method: 'GET', path: `${V1}/invitations/platform`, may: PLATFORM_READERS, place: 'above' },
  {
    method: 'POST',
    path: `${V1}/invitations/platform`,
    may: ADMIN,
    place: 'above',
    body: () => ({ email: address(), role: 'AUDITOR' }),
  },
  {
    method: 'DELETE',
    path: `${V1}/invitations/platform/{invitationId}`,
    may: ADMIN,
    place: 'above',
    target: platformInvitation,
  },

  { method: 'GET', path: `${V1}/agents`, may: READERS, key: true },
  { method: 'POST', path: `${V1}/agents`, may: BUILDERS, body: () => ({ name: unique('agent') }) },
  { method: 'GET', path: `${V1}/agents/{agentId}`, may: READERS, key: true, target: agent, missing: NO_AGENT },
  {
    method: 'PATCH',
    path: `${V1}/agents/{agentId}`,
    may: BUILDERS,
    target: agent,
    missing: NO_AGENT,
    body: () => ({ idleLimitSec: 600 }),
  },

  { method: 'GET', path: `${V1}/keys`, may: ['PLATFORM_ADMIN', 'AUDITOR', 'LEAD', 'ENGINEER'] },
  ...(['staging', 'production'] as const).flatMap((environment): Row[] => {
    const may = environment === 'production' ? LEADS : BUILDERS
    const one = { note: environment, may, target: keyOf(environment), missing: NO_KEY }
    return [
      { method: 'POST', path: `${V1}/keys`, note: environment, may, body: newKey(environment) },
      { method: 'POST', path: `${V1}/keys/{publicId}/rotate`, ...one, body: () => ({}) },
      { method: 'DELETE', path: `${V1}/keys/{publicId}`, ...one },
    ]
  }),

  { method: 'GET', path: `${V1}/releases`, may: READERS, key: true },
  {
    method: 'POST',
    path: `${V1}/releases`,
    may: BUILDERS,
    key: true,
    body: () => ({ agent: unique('agent'), name: '1', manifest: {} }),
  },
  {
    method: 'GET',
    path: `${V1}/releases/{releaseId}`,
    may: READERS,
    key: true,
    target: release,
    missing: NO_RELEASE,
  },

  { method: 'POST', path: `${V1}/events`, may: [], key: true, keyOnly: true, body: () => ({ events: [] }) },
  ...(['traces', 'logs', 'metrics'] as const).map((signal): Row => {
    const path = `/api/public/otel/v1/${signal}`
    return { method: 'POST', path, may: [], key: true, keyOnly: true, otlp: true, body: () => ({}) }
  }),
  {
    method: 'POST',
    path: '/api/public/openai/v1/traces/ingest',
    may: [],
    key: true,
    keyOnly: true,
    body: () => ({ data: [] }),
  },
  { method: 'GET', path: `${V1}/metrics`, may: READERS, key: true },
  { method: 'GET', path: `${V1}/sources`, may: READERS, key: true },
  { method: 'GET', path: `${V1}/interactions`, may: READERS, key: true },
  {
    method: 'GET',
    path: `${V1}/interactions/{id}`,
    may: READERS,
    key: true,
    target: interaction,
    missing: { params: { id: 'no-such-interaction' } },
  },
  {
    method: 'GET',
    path: `${V1}/spans/{id}`,
    may: READERS,
    key: true,
    target: span,
    missing: { params: { id: 'no-such-span' }, query: { traceId: 'no-such-trace' } },
  },
  {
    method: 'DELETE',
    path: `${V1}/users/{userId}`,
    may: LEADS,
    target: user,
    missing: { params: { userId: 'no-such-user' } },
  },
  { method: 'GET', path: `${V1}/platform/retention`, may: PLATFORM_READERS, place: 'above' },
  {
    method: 'PUT',
    path: `${V1}/platform/retention`,
    may: ADMIN,
    place: 'above',
    body: () => ({ payloadDays: null, spanDays: null, auditBodyDays: null }),
  },
]
