import { expect, test } from './fixtures'

test('from an agent and a fresh key to a cost per resolution that changes with the next case', async ({
  asRole,
  team,
}) => {
  const { page } = await asRole('LEAD')
  await page.goto(`/agents?team=${team.slug}`)
  await page.getByRole('button', { name: 'Create agent' }).click()
  await page.getByLabel('Name', { exact: true }).fill('my-first-agent')
  await page.getByRole('dialog').getByRole('button', { name: 'Create agent' }).click()
  await expect(page).toHaveURL(/\/agents\/agt_/)
  await page.getByRole('button', { name: 'Create key' }).click()
  await page.getByLabel('Name', { exact: true }).fill('try-out')
  await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click()
  const key = await page.getByLabel('Key', { exact: true }).inputValue()
  expect(key).toMatch(/^sbx_[a-z0-9]{12}_[A-Za-z0-9]+$/)
  await page.getByRole('button', { name: 'I have stored it' }).click()
  await expect(page.getByRole('row', { name: /try-out/ })).toContainText('Works')
  expect(await page.content(), 'a secret is shown once').not.toContain(key)

  await page.getByRole('link', { name: 'Releases' }).click()
  const command = await page.getByRole('region', { name: 'The request' }).innerText()
  await run(command, key)
  const row = page.getByRole('row', { name: /my-first-agent r1/ })
  await page.getByRole('button', { name: 'Read the figures again' }).click()
  // 812 × $0.40 + 96 × $1.60 a million.
  await expect(row).toContainText('$0.0005')
  await expect(page.getByText(/my-first-agent r1 resolves a case for \$0\.0005/)).toBeVisible()

  const dearer = command.replaceAll('case-1', 'case-2').replaceAll('span-1', 'span-2').replaceAll('trace-1', 'trace-2')
  await run(dearer.replace('"inputTokens":812', '"inputTokens":812000'), key)
  await page.getByRole('button', { name: 'Read the figures again' }).click()
  await expect(row).toContainText('$0.1627')
  await expect(row).toContainText('2 of 2')
})

test('a revoked key is refused, and revoking shows the effect and asks for the name', async ({
  asRole,
  team,
  request,
}) => {
  const { page } = await asRole('LEAD')
  await page.goto(`/agents?team=${team.slug}`)
  await page.getByRole('button', { name: 'Create key' }).click()
  await page.getByLabel('Name', { exact: true }).fill('leaked')
  await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click()
  const key = await page.getByLabel('Key', { exact: true }).inputValue()
  await page.getByRole('button', { name: 'I have stored it' }).click()

  await page.getByRole('button', { name: 'Revoke leaked' }).click()
  const dialog = page.getByRole('dialog', { name: 'Revoke leaked' })
  await expect(dialog).toContainText('refused with 401 within a second')
  await expect(dialog.getByRole('button', { name: 'Revoke leaked' })).toHaveAttribute('aria-disabled', 'true')
  await dialog.getByLabel('Type leaked').fill('leaked')
  await dialog.getByRole('button', { name: 'Revoke leaked' }).click()
  await expect(page.getByText('Key leaked was revoked')).toBeVisible()
  await expect
    .poll(async () => (await request.get('/api/v1/agents', { headers: { authorization: `Bearer ${key}` } })).status())
    .toBe(401)
})

/** Sends what the command would send: same address, same body, the key in place of the variable. */
const run = async (command: string, key: string): Promise<void> => {
  const url = /curl (\S+)/.exec(command)?.[1] ?? ''
  const body = /-d '([\s\S]*)'/.exec(command)?.[1] ?? ''
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body })
  expect(await response.json()).toMatchObject({ accepted: 3, rejected: [] })
}
