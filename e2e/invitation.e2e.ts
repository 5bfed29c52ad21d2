import { expect, test, unique } from './fixtures'

test('a lead invites a person, who joins by the link in another browser and sees the team', async ({
  asRole,
  browser,
  team,
  baseURL,
}) => {
  const lead = await asRole('LEAD')
  const email = `${unique('sam')}@example.com`
  await lead.page.goto(`/settings/people?team=${team.slug}`)
  await lead.page.getByRole('button', { name: 'Invite person' }).click()
  await lead.page.getByLabel('E-mail').fill(email)
  await lead.page.getByRole('combobox', { name: `Role in ${team.name}` }).click()
  await lead.page.getByRole('option', { name: 'engineer' }).click()
  await lead.page.getByRole('button', { name: 'Make invitation link' }).click()
  const link = await lead.page.getByLabel('Invitation link', { exact: true }).inputValue()
  await lead.page.getByRole('button', { name: 'Done' }).click()
  await expect(lead.page.getByRole('row', { name: new RegExp(email) })).toContainText('Open')

  const context = await browser.newContext({ ...(baseURL === undefined ? {} : { baseURL }) })
  const page = await context.newPage()
  await page.goto(link)
  await expect(page.getByText(`${email} is invited as engineer`)).toBeVisible()
  await page.getByLabel('Your name').fill('Sam Newcomer')
  await page.getByLabel('Password').fill('a long enough password')
  await page.getByRole('button', { name: `Join ${team.name}` }).click()
  await expect(page).toHaveURL(new RegExp(`/releases\\?team=${team.slug}$`))
  await page.goto(link)
  await expect(page.getByText('This invitation was used already.')).toBeVisible()
  await context.close()

  await lead.page.reload()
  await expect(lead.page.getByRole('row', { name: /Sam Newcomer/ })).toContainText('engineer')
})

test('an invitation that was withdrawn does not work any more', async ({ asRole, team }) => {
  const lead = await asRole('LEAD')
  const email = `${unique('eve')}@example.com`
  await lead.page.goto(`/settings/people?team=${team.slug}`)
  await lead.page.getByRole('button', { name: 'Invite person' }).click()
  await lead.page.getByLabel('E-mail').fill(email)
  await lead.page.getByRole('button', { name: 'Make invitation link' }).click()
  const link = await lead.page.getByLabel('Invitation link', { exact: true }).inputValue()
  await lead.page.getByRole('button', { name: 'Done' }).click()
  await lead.page.getByRole('button', { name: `Withdraw the invitation of ${email}` }).click()
  await lead.page.getByLabel(`Type ${email}`).fill(email)
  await lead.page.getByRole('button', { name: 'Withdraw invitation' }).click()
  await expect(lead.page.getByText('The invitation was withdrawn')).toBeVisible()

  await lead.page.goto(link)
  await expect(lead.page.getByText('This invitation was withdrawn.')).toBeVisible()
})
