import { expect, test } from './fixtures'

test('a viewer reads, and is offered nothing that would be refused', async ({ asRole, team }) => {
  const { page } = await asRole('VIEWER')
  await page.goto(`/agents?team=${team.slug}`)
  await expect(page.getByRole('heading', { name: 'Agents', exact: true })).toBeVisible()
  await expect(page.getByText('You may not see keys')).toBeVisible()
  await expect(page.getByRole('button', { name: /Create|Rotate|Revoke/ })).toHaveCount(0)
  await expect(page.getByRole('link', { name: 'People' })).toHaveCount(0)
  await expect(page.getByRole('link', { name: 'Teams' })).toHaveCount(0)

  await page.goto(`/settings/people?team=${team.slug}`)
  await expect(page.getByText('You may not see the people of this team')).toBeVisible()
  await page.goto(`/settings/teams?team=${team.slug}`)
  await expect(page.getByText('You may not see every team')).toBeVisible()
})

test('an engineer makes keys for staging, and is told why not for production', async ({ asRole, team }) => {
  const { page } = await asRole('ENGINEER')
  await page.goto(`/agents?team=${team.slug}`)
  await page.getByRole('button', { name: 'Create key' }).click()
  await page.getByLabel('Environment').fill('production')
  await expect(page.getByText('Keys of production are for team leads.')).toBeVisible()
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Create key' })).toHaveAttribute(
    'aria-disabled',
    'true',
  )
})

test('another team is not found, like one that does not exist', async ({ asRole }) => {
  const { page } = await asRole('LEAD')
  for (const slug of ['founders', 'no-such-team']) {
    const response = await page.goto(`/agents?team=${slug}`)
    expect(response?.status()).toBe(404)
    await expect(page.getByRole('heading', { name: 'Not found' })).toBeVisible()
  }
})

test('without a sign-in every screen leads to sign-in and back', async ({ page }) => {
  for (const path of ['/', '/releases?team=founders', '/agents?team=founders', '/settings/people?team=founders']) {
    await page.goto(path)
    await expect(page).toHaveURL(/\/sign-in/)
  }
  const answer = await page.request.get('/agents?team=founders', { maxRedirects: 0 })
  expect(answer.status()).toBe(307)
})
