import { expect, expectAccessible, post, test } from './fixtures'

const SCREENS = [
  '/releases',
  '/agents',
  '/connect',
  '/settings/people',
  '/settings/team',
  '/settings/teams',
  '/account',
] as const
/** First load of any page, gzip as transferred (README section 7 of the design). */
const SCRIPT_MAX_BYTES = 230_000

for (const colorScheme of ['light', 'dark'] as const) {
  test(`no screen has a serious accessibility issue in ${colorScheme}, empty or filled`, async ({
    browser,
    adminState,
    api,
    team,
    baseURL,
  }) => {
    test.slow() // sixteen screens are analysed
    const context = await browser.newContext({
      ...(baseURL === undefined ? {} : { baseURL }),
      storageState: adminState,
      colorScheme,
      reducedMotion: 'reduce',
    })
    const page = await context.newPage()
    for (const screen of SCREENS) await open(page, screen)
    const agent = await post<{ id: string }>(api, '/api/v1/agents', { name: 'axe-agent' }, team.slug)
    const key = await post<{ secret: string }>(
      api,
      '/api/v1/keys',
      { name: 'axe', scopes: ['ingest'], environment: 'staging' },
      team.slug,
    )
    await sendCase(key.secret, baseURL ?? '')
    for (const screen of [...SCREENS, `/agents/${agent.id}`]) await open(page, screen)
    await page.getByRole('button', { name: 'Create key' }).click()
    await expectAccessible(page)
    await context.close()

    async function open(on: typeof page, screen: string) {
      await on.goto(`${screen}?team=${team.slug}`)
      await expect(on.getByRole('heading', { level: 1 })).toBeVisible()
      await expectAccessible(on)
    }
  })
}

test('the sign-in page has no serious accessibility issue and says when to wait', async ({ page }) => {
  await page.goto('/sign-in')
  await expectAccessible(page)
  for (let attempt = 0; attempt < 12; attempt++) {
    await page.getByLabel('E-mail').fill('nobody@example.com')
    await page.getByLabel('Password').fill(`wrong ${attempt}`)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page.getByRole('button', { name: 'Sign in' })).not.toHaveAttribute('aria-busy')
    if (await page.getByText(/too many/i).isVisible()) return
  }
  await expect(page.getByText(/too many/i)).toBeVisible()
})

for (const width of [1440, 1024, 380]) {
  test(`nothing is cut off at ${width} px`, async ({ browser, adminState, team, baseURL }) => {
    const viewport = { width, height: 900 }
    const context = await browser.newContext({
      ...(baseURL === undefined ? {} : { baseURL }),
      storageState: adminState,
      viewport,
    })
    const page = await context.newPage()
    for (const screen of SCREENS) {
      await page.goto(`${screen}?team=${team.slug}`)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    }
    await context.close()
  })
}

test('the theme chosen in the menu is there before the first paint of the next visit', async ({ asRole, team }) => {
  const { page } = await asRole('VIEWER')
  await page.goto(`/releases?team=${team.slug}`)
  await page.getByRole('button', { name: /your menu/ }).click()
  await page.getByRole('menuitemradio', { name: 'Dark' }).click()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  const html = await (await page.request.get(`/releases?team=${team.slug}`)).text()
  expect(html).toContain('data-theme="dark"')
})

for (const screen of SCREENS) {
  test(`the first load of ${screen} stays within the script budget`, async ({ browser, adminState, team, baseURL }) => {
    const context = await browser.newContext({
      ...(baseURL === undefined ? {} : { baseURL }),
      storageState: adminState,
    })
    const page = await context.newPage()
    const sizes: Promise<number>[] = []
    page.on('requestfinished', (request) => {
      if (request.resourceType() === 'script') sizes.push(request.sizes().then((size) => size.responseBodySize))
    })
    await page.goto(`${screen}?team=${team.slug}`, { waitUntil: 'load' })
    const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
    test.info().annotations.push({ type: 'script', description: `${screen}: ${Math.round(bytes / 1000)} kB` })
    expect(bytes).toBeGreaterThan(50_000)
    expect(bytes).toBeLessThanOrEqual(SCRIPT_MAX_BYTES)
    await context.close()
  })
}

const sendCase = async (key: string, baseURL: string): Promise<void> => {
  const at = new Date().toISOString()
  const ids = { interactionId: 'axe-1' }
  const events = [
    { type: 'interaction', id: 'axe-1', agent: 'axe-agent', release: 'r1' },
    {
      type: 'span',
      id: 's',
      traceId: 't',
      ...ids,
      kind: 'llm',
      name: 'chat',
      model: 'no-such-model',
      startedAt: at,
      endedAt: at,
      usage: { inputTokens: 9, outputTokens: 9 },
    },
    { type: 'outcome', ...ids, result: 'resolved' },
  ]
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const response = await fetch(`${baseURL}/api/v1/events`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ events }),
  })
  expect(response.status).toBe(200)
}
