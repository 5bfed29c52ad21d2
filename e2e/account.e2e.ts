import { expect, expectAccessible, newRequest, signIn, test, unique } from './fixtures'

test('a person changes the password: this sign-in stays, the others end, the new password works', async ({
  asRole,
  team,
  baseURL,
}) => {
  const { page, email, password } = await asRole('ENGINEER')
  const elsewhere = await newRequest(baseURL)
  await signIn(elsewhere, email, password)
  await page.goto(`/releases?team=${team.slug}`)
  await page.getByRole('button', { name: /your menu/ }).click()
  await page.getByRole('menuitem', { name: 'Your account' }).click()
  await expect(page.getByRole('heading', { name: 'Your account' })).toBeVisible()
  await expect(page).toHaveURL(`/account?team=${team.slug}`)

  await page.getByLabel('Current password').fill('not the password at all')
  await page.getByLabel('New password').fill('another long password')
  await page.getByRole('button', { name: 'Change password' }).click()
  await expect(page.getByText('The current password is not right.')).toBeVisible()
  await page.getByLabel('Current password').fill(password)
  await page.getByRole('button', { name: 'Change password' }).click()
  await expect(page.getByText('Your password was changed')).toBeVisible()
  await expect(page.getByLabel('New password')).toHaveValue('')

  await expect.poll(async () => (await elsewhere.get('/api/v1/session')).status()).toBe(401)
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Your account' })).toBeVisible()
  await signIn(elsewhere, email, 'another long password')
  await elsewhere.dispose()
})

test('signing out everywhere ends this sign-in and those on other devices', async ({ asRole, baseURL }) => {
  const { page, email, password } = await asRole('VIEWER')
  const elsewhere = await newRequest(baseURL)
  await signIn(elsewhere, email, password)
  await page.goto('/account')
  await page.getByRole('button', { name: 'Sign out everywhere' }).click()
  await expect(page).toHaveURL(/\/sign-in/)
  await expect.poll(async () => (await elsewhere.get('/api/v1/session')).status()).toBe(401)
  await elsewhere.dispose()
})

test('a lead renames the team and switches a detector; neither takes the other back', async ({ asRole, team, api }) => {
  const { page } = await asRole('LEAD')
  await page.goto(`/releases?team=${team.slug}`)
  await page.getByRole('link', { name: 'Team settings' }).click()
  const name = unique('Renamed')
  await page.getByRole('textbox', { name: 'Name' }).fill(name)
  await page.getByRole('button', { name: 'Save name' }).click()
  await expect(page.getByText(`The team is called ${name} now`)).toBeVisible()
  await expect(page.getByRole('button', { name: `Team: ${name}` })).toBeVisible()
  await page.getByRole('checkbox', { name: 'E-mail addresses' }).click()
  await page.getByRole('button', { name: 'Save redaction' }).click()
  await expect(page.getByText('Redaction was changed')).toBeVisible()
  await expect(page.getByText('1 rule removes personal data')).toBeVisible()
  const stored = await api.get(`/api/v1/teams/${team.slug}`)
  expect(await stored.json()).toMatchObject({ name, redaction: { detectors: ['email'] } })
})

test('an administrator invites an auditor to the platform, who then reads every team and changes none', async ({
  browser,
  adminState,
  team,
  baseURL,
}) => {
  const options = baseURL === undefined ? {} : { baseURL }
  const admin = await browser.newContext({ ...options, storageState: adminState })
  const page = await admin.newPage()
  const email = `${unique('audit')}@example.com`
  await page.goto(`/settings/teams?team=${team.slug}`)
  await page.getByRole('button', { name: 'Invite to the platform' }).click()
  await page.getByLabel('E-mail').fill(email)
  await page.getByRole('button', { name: 'Make invitation link' }).click()
  const link = await page.getByLabel('Invitation link', { exact: true }).inputValue()
  await page.getByRole('button', { name: 'Done' }).click()
  await expect(page.getByRole('row', { name: new RegExp(email) })).toContainText('Open')

  const own = await browser.newContext(options)
  const theirs = await own.newPage()
  await theirs.goto(link)
  await theirs.getByLabel('Your name').fill('Ines Auditor')
  await theirs.getByLabel('Password').fill('a long enough password')
  await theirs.getByRole('button', { name: 'Join Signalbox' }).click()
  await expect(theirs).toHaveURL(/\/releases\?team=/)
  await theirs.goto(`/settings/teams?team=${team.slug}`)
  await expect(theirs.getByRole('row', { name: /Ines Auditor/ })).toContainText('auditor')
  await expect(theirs.getByRole('button', { name: /Create|Invite|Withdraw/ })).toHaveCount(0)
  await theirs.goto(`/settings/team?team=${team.slug}`)
  await expect(theirs.getByText('You may not change this team')).toBeVisible()
  await Promise.all([admin.close(), own.close()])
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the screens before the console have no serious accessibility issue in ${colorScheme}`, async ({
    asRole,
    browser,
    team,
    baseURL,
  }) => {
    const lead = await asRole('LEAD')
    await lead.page.goto(`/settings/people?team=${team.slug}`)
    await lead.page.getByRole('button', { name: 'Invite person' }).click()
    await lead.page.getByLabel('E-mail').fill(`${unique('axe')}@example.com`)
    await lead.page.getByRole('button', { name: 'Make invitation link' }).click()
    const link = await lead.page.getByLabel('Invitation link', { exact: true }).inputValue()
    const context = await browser.newContext({
      ...(baseURL === undefined ? {} : { baseURL }),
      colorScheme,
      reducedMotion: 'reduce',
    })
    const page = await context.newPage()
    for (const [url, heading] of [
      ['/sign-in', 'Sign in'],
      [link, `Join ${team.name}`],
      ['/invitation#nobody-knows-it', 'This invitation does not work'],
    ] as const) {
      await page.goto('about:blank')
      await page.goto(url)
      await expect(page.getByRole('heading', { name: heading })).toBeVisible()
      await expectAccessible(page)
    }
    await context.close()
  })
}
