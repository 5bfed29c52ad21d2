import { ADMIN, expect, expectAccessible, FIRST_TEAM, test } from './fixtures'

test('the first visit makes the administrator with the setup code, who can sign out and in again', async ({ page }) => {
  const code = process.env.SIGNALBOX_E2E_SETUP_CODE ?? ''
  expect(code, 'npm test hands over the setup code').not.toBe('')
  await page.goto('/')
  await expect(page.getByRole('heading', { name: 'Set up Signalbox' })).toBeVisible()
  await expectAccessible(page)

  await page.getByLabel('Setup code').fill('WRONG-CODE')
  await page.getByLabel('Your name').fill(ADMIN.name)
  await page.getByLabel('E-mail').fill(ADMIN.email)
  await page.getByLabel('Password').fill(ADMIN.password)
  await page.getByLabel('First team').fill(FIRST_TEAM)
  await page.getByRole('button', { name: 'Set up Signalbox' }).click()
  await expect(page.getByText('The setup code is not right.')).toBeVisible()

  await page.getByLabel('Setup code').fill(code)
  await page.getByRole('button', { name: 'Set up Signalbox' }).click()
  await expect(page).toHaveURL(/\/releases\?team=founders$/)
  await expect(page.getByRole('heading', { name: 'Releases' })).toBeVisible()
  await expect(page.getByText('Listening for the first event')).toBeVisible()

  await page.getByRole('button', { name: `${ADMIN.name}, your menu` }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  await page.goto('/agents?team=founders')
  await expect(page).toHaveURL(/\/sign-in\?next=%2Fagents%3Fteam%3Dfounders$/)

  await page.getByLabel('E-mail').fill(ADMIN.email)
  await page.getByLabel('Password').fill('not the password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByText('E-mail or password is wrong.')).toBeVisible()
  await page.getByLabel('Password').fill(ADMIN.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).toHaveURL(/\/agents\?team=founders$/)
  await expect(page.getByRole('heading', { name: 'Agents', exact: true })).toBeVisible()
})
