import { rangeParams, type Range } from '@/lib/charts/range'

/**
 * Every URL of the console, one function each. The URL is the state: team, range, filters and the open thing are in it,
 * so a pasted link shows the same screen. `lib/paths.test.ts` keeps a snapshot: a changed URL is a visible diff.
 */

type InTeam = { team: string }
type OnPage = { cursor?: string | undefined }

export const paths = {
  home: () => '/',
  setup: () => '/setup',
  signIn: (to: { next?: string | undefined } = {}) => withQuery('/sign-in', { next: to.next }),
  /** The secret stands behind `#`: browsers send that part to no server, proxy or log. */
  invitation: (token: string) => `/invitation#${encodeURIComponent(token)}`,
  releases: (at: InTeam & { range?: Range | undefined }) =>
    withQuery('/releases', { team: at.team, ...(at.range ? rangeParams(at.range) : {}) }),
  agents: (at: InTeam & OnPage) => withQuery('/agents', { team: at.team, cursor: at.cursor }),
  agent: (at: InTeam & { agentId: string }) =>
    withQuery(`/agents/${encodeURIComponent(at.agentId)}`, { team: at.team }),
  /** The key is named by its public part; a secret is in no URL. */
  connect: (at: InTeam & { framework?: string | undefined; key?: string | undefined }) =>
    withQuery('/connect', { team: at.team, framework: at.framework, key: at.key }),
  people: (at: InTeam & OnPage) => withQuery('/settings/people', { team: at.team, cursor: at.cursor }),
  /** The team's own settings; the team is in the URL like everywhere. */
  teamSettings: (at: InTeam) => withQuery('/settings/team', { team: at.team }),
  teams: (at: InTeam & OnPage) => withQuery('/settings/teams', { team: at.team, cursor: at.cursor }),
  account: (at: { team?: string | undefined } = {}) => withQuery('/account', { team: at.team }),
} as const

/**
 * Where to go after signing in: only a path of this console. Anything else (another origin, `//host`, a backslash that
 * browsers read as a slash) goes home.
 */
export const safeNext = (next: string | null | undefined): string =>
  next && /^\/(?![/\\])[^\\\u0000-\u001f]*$/.test(next) && !next.startsWith('/sign-in') ? next : paths.home()

const withQuery = (path: string, params: Record<string, string | undefined>): string => {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) if (value !== undefined) query.set(name, value)
  return query.size === 0 ? path : `${path}?${query.toString()}`
}
