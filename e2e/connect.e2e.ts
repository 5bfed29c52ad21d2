import type { Page } from '@playwright/test'
import { expect, expectAccessible, post, test, type Team } from './fixtures'

test('a key made on Connect is in the lines to paste, and what they send is named while one looks', async ({
  asRole,
  team,
}) => {
  const { page } = await asRole('LEAD')
  await page.goto(`/releases?team=${team.slug}`)
  await page.getByRole('link', { name: 'Open Connect' }).click()
  await expect(page.getByRole('heading', { name: 'Waiting for the first span' })).toBeVisible()

  const key = await makeKey(page, 'laptop')
  await page.getByRole('link', { name: 'CrewAI' }).click()
  await expect(page).toHaveURL(/framework=crewai/)
  await expect(page.getByRole('region', { name: 'The settings' })).toContainText(`SIGNALBOX_KEY=${key}`)
  await page.getByRole('link', { name: 'curl' }).click()
  const command = await page.getByRole('region', { name: 'The request' }).innerText()
  expect(page.url()).not.toContain(key)
  await runCurl(command)

  const arrived = page.getByRole('list', { name: 'What arrived' })
  await expect(arrived.getByRole('heading', { name: 'my-agent' })).toBeVisible()
  await expect(arrived).toContainText('by-hand 1')
  await expect(arrived).toContainText('1 of gpt-4o-mini')
  await expect(arrived).toContainText('812 in, 96 out')
  await expect(arrived).toContainText('conversation-1')
  await expect(arrived).toContainText('resolved')
  await expect(arrived, 'the first figure: 812 and 96 tokens of gpt-4o-mini').toContainText('$0.0002')
  await expect(page.getByText('Spans of my-agent arrived; everything in them was understood.')).toBeVisible()

  await page.getByRole('link', { name: 'Open the figures' }).click()
  await expect(page.getByRole('row', { name: /my-agent/ })).toBeVisible()
  await page.goto(`/connect?team=${team.slug}`)
  await expect(page.getByRole('heading', { name: 'my-agent' })).toBeVisible()
  expect(await page.content(), 'a secret is shown once').not.toContain(key)
  await page.getByRole('button', { name: 'Key that sends: Any key of the team' }).click()
  await page.getByRole('menuitemradio', { name: /laptop/ }).click()
  const publicId = key.split('_')[1] ?? ''
  await expect(page.getByRole('region', { name: 'The settings' })).toContainText(`sbx_${publicId}_…`)
  await expect(page).toHaveURL(new RegExp(`key=${publicId}`))
  await expect(page.getByRole('heading', { name: 'my-agent' })).toBeVisible()
})

test('what is missing is named with the way out, and goes when it is put right', async ({ asRole, team, baseURL }) => {
  const { page } = await asRole('LEAD')
  await page.goto(`/connect?team=${team.slug}`)
  const key = await makeKey(page, 'gaps')
  await sendSpan(baseURL, key, 1, {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'gpt-4o-mini',
    'shop.basket': 'full',
  })
  const missing = page.getByRole('list', { name: 'To put right' })
  await expect(missing.getByRole('heading', { name: 'No session id' })).toBeVisible()
  await expect(missing).toContainText('Set session.id')
  await expect(missing).toContainText('1 of 1 model call came without token counts')
  await expect(page.getByRole('list', { name: 'Good to know' })).toContainText('shop.basket')
  await expectAccessible(page)

  await sendSpan(baseURL, key, 2, { 'session.id': 'conversation-2', 'gen_ai.operation.name': 'execute_tool' })
  await expect(missing.getByRole('heading', { name: 'No session id' })).toBeHidden()
  await expect(page.getByRole('list', { name: 'What arrived' })).toContainText('conversation-2')
})

test('what a key has refused is named with its reason before anything is stored', async ({ asRole, team, baseURL }) => {
  const { page } = await asRole('LEAD')
  await page.goto(`/connect?team=${team.slug}`)
  await expect(page.getByRole('list', { name: 'What fills in, and when' })).toBeVisible()
  const key = await makeKey(page, 'refused')
  const response = await fetch(`${baseURL ?? ''}/v1/traces`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'text/plain' },
    body: '{}',
  })
  expect(response.status).toBe(415)
  const missing = page.getByRole('list', { name: 'To put right' })
  await expect(missing.getByRole('heading', { name: '1 request, span or event was refused' })).toBeVisible()
  await expect(missing).toContainText('Send content-type application/x-protobuf or application/json.')
  await expect(page.getByText(/^Nothing is stored yet: what came was refused/)).toBeVisible()
  await expectAccessible(page)
})

test('a sender without sessions is put right on the page of its agent: one trace is one interaction', async ({
  asRole,
  team,
  baseURL,
}) => {
  const { page } = await asRole('LEAD')
  await page.goto(`/connect?team=${team.slug}`)
  const key = await makeKey(page, 'no sessions')
  const call = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'gpt-4o-mini',
    'gen_ai.usage.input_tokens': '1000',
    'gen_ai.usage.output_tokens': '100',
  }
  await sendSpan(baseURL, key, 4, call)
  const lost = page.getByRole('listitem').filter({ hasText: 'No session id' })
  await expect(lost).toContainText('“One trace is one interaction” on the page of its agent')

  await page.goto(`/agents?team=${team.slug}`)
  await page.getByRole('link', { name: 'e2e' }).click()
  await page.getByRole('button', { name: 'Change agent' }).click()
  await page.getByRole('checkbox', { name: /One trace is one interaction/ }).click()
  await page.getByRole('button', { name: 'Save agent' }).click()
  await expect(page.getByText('A trace that names none is one of its own')).toBeVisible()

  let n = 5
  await expect(async () => {
    await sendSpan(baseURL, key, n++, call)
    await page.goto(`/connect?team=${team.slug}`)
    await expect(page.getByRole('list', { name: 'What arrived' })).toContainText('$0.0002')
    await expect(lost).toBeHidden({ timeout: 1_000 })
  }, 'keys learn of the setting within seconds').toPass({ timeout: 30_000 })
})

test('without an answer the page says that it is not live, and mends itself', async ({ asRole, team }) => {
  const { page } = await asRole('VIEWER')
  await page.goto(`/connect?team=${team.slug}`)
  await expect(page.getByRole('heading', { name: 'Waiting for the first span' })).toBeVisible()
  await page.route('**/api/v1/sources**', (route) => route.abort())
  await expect(page.getByRole('heading', { name: 'Not live' })).toBeVisible({ timeout: 20_000 })
  await page.unroute('**/api/v1/sources**')
  await expect(page.getByRole('heading', { name: 'Waiting for the first span' })).toBeVisible({ timeout: 20_000 })
})

test('with the keyboard alone: a key, a framework, its lines', async ({ asRole, team }) => {
  const { page } = await asRole('LEAD')
  await page.goto(`/connect?team=${team.slug}`)
  await tabTo(page, 'Create key')
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Name', { exact: true })).toBeFocused()
  await page.keyboard.type('by-keyboard')
  await page.keyboard.press('Enter')
  await expect(page.getByLabel(/Whole key/)).toBeVisible()
  await tabTo(page, 'Pydantic AI')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('link', { name: 'Pydantic AI' })).toHaveAttribute('aria-current', 'true')
  await expect(page.getByRole('link', { name: 'Pydantic AI' })).toBeFocused()
  await tabTo(page, 'Copy The instrumentation')
})

test('who may not see keys is told whom to ask, and still sees what arrives', async ({ asRole, team }) => {
  const { page } = await asRole('VIEWER')
  await page.goto(`/connect?team=${team.slug}&key=abcdefghijkl`)
  await expect(page.getByRole('heading', { name: 'Ask for a key' })).toBeVisible()
  await expect(page.getByText(/Leads and engineers of/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Create key' })).toBeHidden()
  await expect(page.getByRole('region', { name: 'The settings' })).toContainText('SIGNALBOX_KEY=sbx_…')
  await expect(page.getByRole('heading', { name: 'Waiting for the first span' })).toBeVisible()
})

test('an engineer makes keys of other environments than production', async ({ asRole, team }) => {
  const { page } = await asRole('ENGINEER')
  await page.goto(`/connect?team=${team.slug}`)
  await page.getByRole('button', { name: 'Create key' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Environment').fill('production')
  await expect(dialog.getByText('Keys of production are for team leads.')).toBeVisible()
})

test('listening ends after ten minutes and goes on when asked', async ({ asRole, team }) => {
  const { page } = await asRole('LEAD')
  await page.clock.install()
  // The heading comes with the page; that it listens is seen by its first question.
  const asked = page.waitForResponse((response) => response.url().includes('/api/v1/sources'))
  await page.goto(`/connect?team=${team.slug}`)
  await asked
  await expect(page.getByRole('heading', { name: 'Waiting for the first span' })).toBeVisible()
  await page.clock.fastForward('10:01')
  await expect(page.getByRole('heading', { name: 'Not listening any more' })).toBeVisible()
  await page.getByRole('button', { name: 'Listen again' }).click()
  await expect(page.getByRole('heading', { name: 'Waiting for the first span' })).toBeVisible()
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`Connect is accessible and cut off nowhere in ${colorScheme}, at 1440, 1024 and 380 px`, async ({
    browser,
    adminState,
    team,
    baseURL,
  }) => {
    const context = await browser.newContext({
      ...(baseURL === undefined ? {} : { baseURL }),
      storageState: adminState,
      colorScheme,
      reducedMotion: 'reduce',
    })
    const page = await context.newPage()
    for (const width of [1440, 1024, 380]) {
      await page.setViewportSize({ width, height: 900 })
      await page.goto(`/connect?team=${team.slug}&framework=openai-agents`)
      await expect(page.getByRole('heading', { name: 'Waiting for the first span' })).toBeVisible()
      await expectAccessible(page)
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    }
    await context.close()
  })
}

test('another team sees nothing of what arrives', async ({ asRole, team, api, baseURL }) => {
  const { page } = await asRole('VIEWER')
  const other = await post<Team>(api, '/api/v1/teams', { name: `${team.name} beside` })
  const key = await post<{ secret: string }>(
    api,
    '/api/v1/keys',
    { name: 'beside', scopes: ['ingest', 'read'], environment: 'staging' },
    other.slug,
  )
  await sendSpan(baseURL, key.secret, 3, { 'gen_ai.operation.name': 'chat' })
  const seen = async (slug: string) =>
    (await page.request.get('/api/v1/sources', { headers: { 'x-signalbox-team': slug } })).status()
  expect(await seen(other.slug)).toBe(404)
  await page.goto(`/connect?team=${team.slug}`)
  await expect(page.getByRole('heading', { name: 'Waiting for the first span' })).toBeVisible()
})

/** Makes a key in the dialog and answers it whole, as the page shows it this once. */
const makeKey = async (page: Page, name: string): Promise<string> => {
  await page.getByRole('button', { name: 'Create key' }).click()
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click()
  const whole = page.getByLabel(/Whole key/)
  await expect(whole).toBeVisible()
  return whole.inputValue()
}

/** Sends what the command would send: same address, same body, its own key. */
const runCurl = async (command: string): Promise<void> => {
  const key = /SIGNALBOX_KEY=(\S+)/.exec(command)?.[1] ?? ''
  const url = /curl (\S+)/.exec(command)?.[1] ?? ''
  const body = /-d '([\s\S]*)'/.exec(command)?.[1] ?? ''
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body })
  expect([response.status, await response.json()]).toEqual([200, {}])
}

const sendSpan = async (baseURL = '', key: string, n: number, attributes: Record<string, string>): Promise<void> => {
  const span = {
    traceId: n.toString(16).padStart(32, 'a'),
    spanId: n.toString(16).padStart(16, 'b'),
    name: 'by test',
    startTimeUnixNano: `${Date.now() - 2_000}000000`,
    endTimeUnixNano: `${Date.now() - 1_000}000000`,
    attributes: Object.entries(attributes).map(([name, stringValue]) => ({ key: name, value: { stringValue } })),
  }
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'e2e' } }] }
  const response = await fetch(`${baseURL}/v1/traces`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'test' }, spans: [span] }] }] }),
  })
  expect(response.status).toBe(200)
}

const tabTo = async (page: Page, name: string): Promise<void> => {
  const target = page.getByRole('button', { name, exact: true }).or(page.getByRole('link', { name, exact: true }))
  for (let presses = 0; presses < 60; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) break
    await page.keyboard.press('Tab')
  }
  await expect(target).toBeFocused()
  expect(await target.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe('solid')
}
