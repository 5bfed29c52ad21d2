import { expect, test } from 'vitest'
import { paths, safeNext } from './paths'

test('the URLs of the console', () => {
  const team = 'support'
  const custom = { from: '2026-11-01T00:00:00.000Z', to: '2026-11-08T00:00:00.000Z' }
  expect({
    home: paths.home(),
    setup: paths.setup(),
    signIn: paths.signIn(),
    signInNext: paths.signIn({ next: '/agents?team=support' }),
    invitation: paths.invitation('aZ09'),
    releases: paths.releases({ team }),
    releasesWeek: paths.releases({ team, range: { preset: '7d' } }),
    releasesCustom: paths.releases({ team, range: custom }),
    agents: paths.agents({ team }),
    agentsNext: paths.agents({ team, cursor: 'WyJhIl0' }),
    agent: paths.agent({ team, agentId: 'agt_01' }),
    connect: paths.connect({ team }),
    connectWith: paths.connect({ team, framework: 'ai-sdk', key: 'abcdefghijkl' }),
    people: paths.people({ team }),
    teamSettings: paths.teamSettings({ team }),
    teams: paths.teams({ team }),
    account: paths.account({ team }),
  }).toMatchInlineSnapshot(`
    {
      "account": "/account?team=support",
      "agent": "/agents/agt_01?team=support",
      "agents": "/agents?team=support",
      "agentsNext": "/agents?team=support&cursor=WyJhIl0",
      "connect": "/connect?team=support",
      "connectWith": "/connect?team=support&framework=ai-sdk&key=abcdefghijkl",
      "home": "/",
      "invitation": "/invitation#aZ09",
      "people": "/settings/people?team=support",
      "releases": "/releases?team=support",
      "releasesCustom": "/releases?team=support&from=2026-11-01T00%3A00%3A00.000Z&to=2026-11-08T00%3A00%3A00.000Z",
      "releasesWeek": "/releases?team=support&range=7d",
      "setup": "/setup",
      "signIn": "/sign-in",
      "signInNext": "/sign-in?next=%2Fagents%3Fteam%3Dsupport",
      "teamSettings": "/settings/team?team=support",
      "teams": "/settings/teams?team=support",
    }
  `)
})

test.each([
  ['/agents?team=support', '/agents?team=support'],
  ['/invitation', '/invitation'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['https://evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['/a\nb', '/'],
  ['/sign-in?next=/sign-in', '/'],
  ['', '/'],
  [undefined, '/'],
])('after signing in, %j leads to %s', (next, to) => {
  expect(safeNext(next)).toBe(to)
})
