import * as openAiAgents from '@/app/api/public/openai/v1/traces/ingest/route'
import * as otlpLogs from '@/app/api/public/otel/v1/logs/route'
import * as otlpMetrics from '@/app/api/public/otel/v1/metrics/route'
import * as otlpTraces from '@/app/api/public/otel/v1/traces/route'
import * as agent from '@/app/api/v1/agents/[agentId]/route'
import * as agents from '@/app/api/v1/agents/route'
import * as events from '@/app/api/v1/events/route'
import * as interaction from '@/app/api/v1/interactions/[id]/route'
import * as interactions from '@/app/api/v1/interactions/route'
import * as invitation from '@/app/api/v1/invitations/[invitationId]/route'
import * as invitationAccept from '@/app/api/v1/invitations/accept/route'
import * as platformInvitation from '@/app/api/v1/invitations/platform/[invitationId]/route'
import * as platformInvitations from '@/app/api/v1/invitations/platform/route'
import * as invitationPreview from '@/app/api/v1/invitations/preview/route'
import * as invitations from '@/app/api/v1/invitations/route'
import * as keyRotate from '@/app/api/v1/keys/[publicId]/rotate/route'
import * as key from '@/app/api/v1/keys/[publicId]/route'
import * as keys from '@/app/api/v1/keys/route'
import * as metrics from '@/app/api/v1/metrics/route'
import * as member from '@/app/api/v1/people/[personId]/route'
import * as person from '@/app/api/v1/people/platform/[personId]/route'
import * as people from '@/app/api/v1/people/platform/route'
import * as members from '@/app/api/v1/people/route'
import * as retention from '@/app/api/v1/platform/retention/route'
import * as release from '@/app/api/v1/releases/[releaseId]/route'
import * as releases from '@/app/api/v1/releases/route'
import * as sessionConfirm from '@/app/api/v1/session/confirm/route'
import * as sessionPassword from '@/app/api/v1/session/password/route'
import * as session from '@/app/api/v1/session/route'
import * as sessions from '@/app/api/v1/sessions/route'
import * as setup from '@/app/api/v1/setup/route'
import * as sources from '@/app/api/v1/sources/route'
import * as span from '@/app/api/v1/spans/[id]/route'
import * as team from '@/app/api/v1/teams/[teamId]/route'
import * as teams from '@/app/api/v1/teams/route'
import { AnyDocument } from '@/app/api/v1/openapi.json/schema'
import * as user from '@/app/api/v1/users/[userId]/route'
import * as health from '@/app/api/health/route'
import { SessionView } from '@/lib/auth/schema'
import * as otlp from '@/lib/ingest/otlp-schema'
import { EventsAnswer, EventsBody } from '@/lib/ingest/schema'
import type { Caller, RouteDoc, RouteEntry, RouteModule } from '@/lib/http/openapi'

/**
 * Every route of the API with what it is for: the source of /api/v1/openapi.json and docs/API.md. A test fails when a
 * route file is missing here. Routes that read or shape their bodies themselves say so in `raw`.
 */

const says = (summary: string, caller: Caller, raw?: RouteDoc['raw']): RouteDoc => ({
  summary,
  caller,
  ...(raw ? { raw } : {}),
})
const PERSON = 'person'
const READS = { key: 'read', person: 'telemetry:read' } as const
const entry = (path: string, module: RouteModule, docs: RouteEntry['says']): RouteEntry => ({
  path,
  module,
  says: docs,
})

/** The route of the document itself cannot import itself; its handler is told apart by the test. */
const openApiItself = entry(
  '/api/v1/openapi.json',
  {},
  {
    GET: says('This API as OpenAPI 3.1.', 'open', { output: AnyDocument }),
  },
)

export const ROUTES: readonly RouteEntry[] = [
  entry('/api/health', health, { GET: says('Whether Signalbox and its database answer.', 'open') }),
  openApiItself,
  entry('/api/v1/setup', setup, {
    GET: says('Whether the first administrator is still to be made.', 'open'),
    POST: says('Makes the first administrator and team with the one-time setup code.', 'open'),
  }),
  entry('/api/v1/session', session, {
    GET: says('Who is signed in, the team acted in and what they may do there.', PERSON, { output: SessionView }),
    DELETE: says('Signs out.', PERSON),
  }),
  entry('/api/v1/session/confirm', sessionConfirm, {
    POST: says('Confirms the password: fresh for 5 minutes.', PERSON),
  }),
  entry('/api/v1/session/password', sessionPassword, {
    POST: says('Changes the own password; every other sign-in ends.', PERSON),
  }),
  entry('/api/v1/sessions', sessions, { DELETE: says('Signs out everywhere.', PERSON) }),
  entry('/api/v1/teams', teams, {
    GET: says('Teams of the caller; every team for platform roles.', PERSON),
    POST: says('Creates a team. For platform administrators.', PERSON),
  }),
  entry('/api/v1/teams/{teamId}', team, {
    GET: says('A team with its settings, by slug or id.', PERSON),
    PATCH: says('Renames the team or changes its settings; what is left out stays.', PERSON),
  }),
  entry('/api/v1/people', members, { GET: says('People of the team.', PERSON) }),
  entry('/api/v1/people/{personId}', member, {
    PATCH: says('Changes role or approver groups in the team; a new role ends their sign-ins.', PERSON),
    DELETE: says('Removes the person from the team and ends their sign-ins.', PERSON),
  }),
  entry('/api/v1/people/platform', people, { GET: says('Everybody with an account. For platform roles.', PERSON) }),
  entry('/api/v1/people/platform/{personId}', person, {
    PATCH: says('Grants, changes or takes the platform role; never the last administrator’s.', PERSON),
    DELETE: says('Removes the person from the platform and every team; never the last administrator.', PERSON),
  }),
  entry('/api/v1/invitations', invitations, {
    GET: says('Invitations to the team.', PERSON),
    POST: says('Invites an address to the team. The token of the link is shown this once.', PERSON),
  }),
  entry('/api/v1/invitations/{invitationId}', invitation, { DELETE: says('Withdraws an open invitation.', PERSON) }),
  entry('/api/v1/invitations/platform', platformInvitations, {
    GET: says('Invitations to platform roles. For platform roles.', PERSON),
    POST: says('Invites an address to a platform role. For platform administrators.', PERSON),
  }),
  entry('/api/v1/invitations/platform/{invitationId}', platformInvitation, {
    DELETE: says('Withdraws an open invitation to a platform role.', PERSON),
  }),
  entry('/api/v1/invitations/preview', invitationPreview, {
    POST: says('What an invitation offers to whoever holds its link.', 'open'),
  }),
  entry('/api/v1/invitations/accept', invitationAccept, {
    POST: says('Accepts an invitation, once: signed in, or with name and password of a new person.', 'open'),
  }),
  entry('/api/v1/agents', agents, {
    GET: says('Agents of the team, by name.', { key: 'read', person: 'agent:read' }),
    POST: says('Creates an agent under the name its telemetry sends.', PERSON),
  }),
  entry('/api/v1/agents/{agentId}', agent, {
    GET: says('One agent.', { key: 'read', person: 'agent:read' }),
    PATCH: says('Changes description or idle limit.', PERSON),
  }),
  entry('/api/v1/keys', keys, {
    GET: says('Keys of the team or of one agent; never a secret.', PERSON),
    POST: says('Creates a key. Its secret is shown this once.', PERSON),
  }),
  entry('/api/v1/keys/{publicId}', key, { DELETE: says('Revokes a key, at once and on every process.', PERSON) }),
  entry('/api/v1/keys/{publicId}/rotate', keyRotate, {
    POST: says('Makes a successor with the same rights; the old key works beside it for the overlap.', PERSON),
  }),
  entry('/api/v1/releases', releases, {
    GET: says('Releases of the team or of one agent, newest first.', { key: 'read', person: 'release:read' }),
    POST: says('Registers a release by its manifest; the same again changes nothing.', {
      key: 'releases',
      person: 'release:register',
    }),
  }),
  entry('/api/v1/releases/{releaseId}', release, {
    GET: says('One release with its manifest.', { key: 'read', person: 'release:read' }),
  }),
  entry('/api/v1/events', events, {
    POST: says(
      'Takes spans, interactions, outcomes and scores; gzip is understood, NDJSON is one event a line.',
      { key: 'ingest' },
      {
        body: EventsBody,
        bodyTypes: ['application/json', 'application/x-ndjson'],
        output: EventsAnswer,
      },
    ),
  }),
  entry('/api/public/otel/v1/traces', otlpTraces, {
    POST: says(
      'Takes spans by OTLP/HTTP, gzip or not; also `/v1/traces`. Refusals are google.rpc.Status in the request’s encoding.',
      { key: 'ingest' },
      { body: otlp.TracesBody, bodyTypes: otlp.OTLP_TYPES, output: otlp.TracesAnswer },
    ),
  }),
  entry('/api/public/otel/v1/logs', otlpLogs, {
    POST: says(
      'Takes log records by OTLP/HTTP; those with content or evaluation results of spans are kept. Also `/v1/logs`.',
      { key: 'ingest' },
      { body: otlp.LogsBody, bodyTypes: otlp.OTLP_TYPES, output: otlp.LogsAnswer },
    ),
  }),
  entry('/api/public/otel/v1/metrics', otlpMetrics, {
    POST: says(
      'Answers OTLP/HTTP metrics and keeps nothing of them. Also `/v1/metrics`.',
      { key: 'ingest' },
      { body: otlp.MetricsBody, bodyTypes: otlp.OTLP_TYPES, output: otlp.MetricsAnswer },
    ),
  }),
  entry('/api/public/openai/v1/traces/ingest', openAiAgents, {
    POST: says(
      'Takes the tracing of the OpenAI Agents SDK; also `/v1/traces/ingest`.',
      { key: 'ingest' },
      { body: otlp.AgentsBody, output: otlp.AgentsAnswer },
    ),
  }),
  entry('/api/v1/metrics', metrics, {
    GET: says('Cost per resolution and every other measure, by any dimensions.', READS),
  }),
  entry('/api/v1/interactions', interactions, { GET: says('Interactions, newest first.', READS) }),
  entry('/api/v1/interactions/{id}', interaction, { GET: says('One interaction with its trace.', READS) }),
  entry('/api/v1/spans/{id}', span, { GET: says('One span with its payloads.', READS) }),
  entry('/api/v1/sources', sources, {
    GET: says('What sends telemetry, seen last first, and what of it was not understood.', READS),
  }),
  entry('/api/v1/platform/retention', retention, {
    GET: says('How long the platform keeps what it stored. For platform roles.', PERSON),
    PUT: says('Sets how long the platform keeps what it stored. For platform administrators.', PERSON),
  }),
  entry('/api/v1/users/{userId}', user, {
    DELETE: says(
      'Erases what the interactions of one user said and where spans name that user; totals and audit entries stay.',
      PERSON,
    ),
  }),
]
