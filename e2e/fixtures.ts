import AxeBuilder from '@axe-core/playwright'
import { test as base, expect, request, type APIRequestContext, type BrowserContext, type Page } from '@playwright/test'

/** Made by the first visit (first-visit.e2e.ts); every other journey starts from a team of its own. */
export const ADMIN = { name: 'Ada First', email: 'ada@example.com', password: 'first administrator' } as const
export const FIRST_TEAM = 'Founders'
const PASSWORD = 'a person of these tests'

export type Team = { id: string; slug: string; name: string }
export type Role = 'LEAD' | 'REVIEWER' | 'ENGINEER' | 'VIEWER'
type Person = { name: string; email: string; password: string; page: Page; context: BrowserContext }

type Fixtures = {
  /** A team that no other test sees. */
  team: Team
  /** The administrator's own requests to the API. */
  api: APIRequestContext
  /** A signed-in person with that role in `team`, in a browser context of their own. */
  asRole: (role: Role) => Promise<Person>
}

export const test = base.extend<Fixtures, { adminState: State }>({
  adminState: [
    async ({}, use, worker) => {
      const context = await newRequest(worker.project.use.baseURL)
      await signIn(context, ADMIN.email, ADMIN.password)
      await use(await context.storageState())
      await context.dispose()
    },
    { scope: 'worker' },
  ],
  api: async ({ adminState, baseURL }, use) => {
    const context = await newRequest(baseURL, adminState)
    await use(context)
    await context.dispose()
  },
  team: async ({ api }, use) => {
    await use(await post<Team>(api, '/api/v1/teams', { name: unique('Team') }))
  },
  asRole: async ({ api, team, browser, baseURL, contextOptions }, use) => {
    const opened: BrowserContext[] = []
    await use(async (role) => {
      const email = `${unique(role.toLowerCase())}@example.com`
      const name = unique('Robin')
      const { token } = await post<{ token: string }>(api, '/api/v1/invitations', { email, role }, team.slug)
      const own = await newRequest(baseURL)
      await post(own, '/api/v1/invitations/accept', { token, name, password: PASSWORD })
      await signIn(own, email, PASSWORD)
      const context = await browser.newContext({
        ...contextOptions,
        ...(baseURL === undefined ? {} : { baseURL }),
        storageState: await own.storageState(),
      })
      await own.dispose()
      opened.push(context)
      return { name, email, password: PASSWORD, context, page: await context.newPage() }
    })
    await Promise.all(opened.map((context) => context.close()))
  },
})

export { expect }

type State = Awaited<ReturnType<APIRequestContext['storageState']>>

/** Writes say where they come from, as a browser's do. */
export const newRequest = (baseURL: string | undefined, storageState?: State): Promise<APIRequestContext> =>
  request.newContext({
    ...(baseURL === undefined ? {} : { baseURL, extraHTTPHeaders: { origin: baseURL } }),
    ...(storageState === undefined ? {} : { storageState }),
  })

export const signIn = async (context: APIRequestContext, email: string, password: string): Promise<void> => {
  const { csrfToken } = await answer<{ csrfToken: string }>(await context.get('/api/auth/csrf'))
  const form = { csrfToken, email, password, json: 'true' }
  const response = await context.post('/api/auth/callback/credentials', { form })
  expect(response.ok(), `sign-in of ${email}: ${response.status()}`).toBe(true)
}

/** Posts to our API, in a team when one is named; fails the test with the answer when it is an error. */
export const post = async <T>(context: APIRequestContext, path: string, data: object, team?: string): Promise<T> =>
  answer<T>(
    await context.post(path, { data, ...(team === undefined ? {} : { headers: { 'x-signalbox-team': team } }) }),
  )

/** The parsed answer; its shape is guaranteed by the route's output schema. */
const answer = async <T>(response: Awaited<ReturnType<APIRequestContext['get']>>): Promise<T> => {
  expect(response.ok(), `${response.status()} ${response.url()}: ${(await response.text()).slice(0, 300)}`).toBe(true)
  return (await response.json()) as T
}

let made = 0
/** A name that no other test of this run uses. */
export const unique = (name: string): string =>
  `${name} ${process.pid.toString(36)}${(made++).toString(36)}`.replace(/ /g, '-')

/** axe finds nothing serious or critical. */
export const expectAccessible = async (page: Page): Promise<void> => {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze()
  const serious = violations.filter((one) => one.impact === 'serious' || one.impact === 'critical')
  expect(serious.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([])
}
