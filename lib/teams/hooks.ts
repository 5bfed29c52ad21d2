import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import type { Page } from '@/lib/core/page'
import { api } from '@/lib/http/client'
import { useOpenWrite, useWrite } from '@/lib/http/query-client'
import type {
  Accepted,
  InvitationAcceptance,
  InvitationPreview,
  InvitationView,
  MemberChange,
  MemberView,
  NewInvitation,
  PersonView,
  PlatformInvitation,
  PlatformRoleChange,
  PlatformRoleView,
  TeamCreate,
  TeamInvitation,
  TeamSettings,
  TeamSummary,
  TeamView,
} from './schema'

/** Teams, people and invitations in the browser. `team` is a slug or id; a page is `{ cursor }` of the one before. */

type At = { team: string }
type PageAt = { cursor?: string | undefined; limit?: number | undefined }

const TEAMS = ['teams'] as const
const PEOPLE = ['people'] as const
const INVITATIONS = ['invitations'] as const

export const teamsOptions = (page: PageAt = {}) =>
  queryOptions({
    queryKey: [...TEAMS, 'list', page],
    queryFn: ({ signal }) => api<Page<TeamSummary>>('GET', '/teams', { query: page, signal }),
  })
export const useTeams = (page: PageAt = {}) => useSuspenseQuery(teamsOptions(page))

export const teamOptions = ({ team }: At) =>
  queryOptions({
    queryKey: [...TEAMS, 'one', { team }],
    queryFn: ({ signal }) => api<TeamView>('GET', `/teams/${encodeURIComponent(team)}`, { signal }),
  })
export const useTeam = (at: At) => useSuspenseQuery(teamOptions(at))

export const useCreateTeam = () =>
  useWrite((body: z.input<typeof TeamCreate>) => api<TeamView>('POST', '/teams', { body }), TEAMS)

export const useChangeTeam = ({ team }: At) =>
  useWrite(
    (body: z.input<typeof TeamSettings>) => api<TeamView>('PATCH', `/teams/${encodeURIComponent(team)}`, { body }),
    TEAMS,
  )

export const membersOptions = ({ team, ...page }: At & PageAt) =>
  queryOptions({
    queryKey: [...PEOPLE, 'list', { team, ...page }],
    queryFn: ({ signal }) => api<Page<MemberView>>('GET', '/people', { team, query: page, signal }),
  })
export const useMembers = (at: At & PageAt) => useSuspenseQuery(membersOptions(at))

export const useChangeMember = ({ team }: At) =>
  useWrite(
    ({ personId, ...body }: { personId: string } & z.input<typeof MemberChange>) =>
      api<MemberView>('PATCH', `/people/${encodeURIComponent(personId)}`, { team, body }),
    PEOPLE,
  )

export const useRemoveMember = ({ team }: At) =>
  useWrite(
    ({ personId }: { personId: string }) => api<void>('DELETE', `/people/${encodeURIComponent(personId)}`, { team }),
    PEOPLE,
  )

/** Everybody with an account; for platform roles. */
export const peopleOptions = (page: PageAt = {}) =>
  queryOptions({
    queryKey: [...PEOPLE, 'list', { platform: true, ...page }],
    queryFn: ({ signal }) => api<Page<PersonView>>('GET', '/people/platform', { query: page, signal }),
  })
export const usePeople = (page: PageAt = {}) => useSuspenseQuery(peopleOptions(page))

export const useChangePlatformRole = () =>
  useWrite(
    ({ personId, ...body }: { personId: string } & z.input<typeof PlatformRoleChange>) =>
      api<PlatformRoleView>('PATCH', `/people/platform/${encodeURIComponent(personId)}`, { body }),
    PEOPLE,
  )

export const useRemovePerson = () =>
  useWrite(
    ({ personId }: { personId: string }) => api<void>('DELETE', `/people/platform/${encodeURIComponent(personId)}`),
    PEOPLE,
  )

/** Invitations to the team; without a team: to the platform. */
export const invitationsOptions = ({ team, ...page }: Partial<At> & PageAt) =>
  queryOptions({
    queryKey: [...INVITATIONS, 'list', { team: team ?? null, ...page }],
    queryFn: ({ signal }) => api<Page<InvitationView>>('GET', invitations(team), { team, query: page, signal }),
  })
export const useInvitations = (at: Partial<At> & PageAt) => useSuspenseQuery(invitationsOptions(at))

/** The answer holds the token of the link, this once: build the link with `paths.invitation(token)`. */
export const useInvitePerson = ({ team }: At) =>
  useWrite(
    (body: z.input<typeof TeamInvitation>) => api<NewInvitation>('POST', invitations(team), { team, body }),
    INVITATIONS,
  )

export const useInviteToPlatform = () =>
  useWrite(
    (body: z.input<typeof PlatformInvitation>) => api<NewInvitation>('POST', invitations(undefined), { body }),
    INVITATIONS,
  )

export const useRevokeInvitation = ({ team }: Partial<At>) =>
  useWrite(
    ({ invitationId }: { invitationId: string }) =>
      api<InvitationView>('DELETE', `${invitations(team)}/${encodeURIComponent(invitationId)}`, { team }),
    INVITATIONS,
  )

const invitations = (team: string | undefined): string =>
  team === undefined ? '/invitations/platform' : '/invitations'

/** What the link offers. The token travels in a body, never in a URL. */
export const invitationPreviewOptions = (token: string) =>
  queryOptions({
    queryKey: [...INVITATIONS, 'one', { token }],
    queryFn: ({ signal }) => api<InvitationPreview>('POST', '/invitations/preview', { body: { token }, signal }),
  })

export const useAcceptInvitation = () =>
  useOpenWrite(
    (body: z.input<typeof InvitationAcceptance>) => api<Accepted>('POST', '/invitations/accept', { body }),
    TEAMS,
    PEOPLE,
  )
