import { expect, test } from './fixtures'

test('an agent and its key are made with the keyboard alone', async ({ asRole, team }) => {
  const { page } = await asRole('LEAD')
  await page.goto(`/releases?team=${team.slug}`)
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Skip to the page' })).toBeFocused()

  await tabTo('link', 'Agents')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Agents', exact: true })).toBeVisible()
  await tabTo('button', 'Create agent')
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Name', { exact: true })).toBeFocused()
  await page.keyboard.type('by-keyboard')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/agents\/agt_/)

  await tabTo('button', 'Create key')
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Name', { exact: true })).toBeFocused()
  await page.keyboard.type('from-keyboard')
  await tabTo('checkbox', /releases/)
  await page.keyboard.press('Space')
  await tabTo('combobox', 'Expires')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('option', { name: 'In 90 days' })).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('option', { name: 'In 30 days' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('combobox', { name: 'Expires' })).toContainText('In 30 days')
  await tabTo('button', 'Create key')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: 'Key from-keyboard is made' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog', { name: 'Key from-keyboard is made' })).toBeVisible()
  await tabTo('button', 'I have stored it')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('row', { name: /from-keyboard/ })).toContainText('releases')

  async function tabTo(role: 'link' | 'button' | 'checkbox' | 'combobox', name: string | RegExp) {
    const exact = typeof name === 'string'
    const scope = (await page.getByRole('dialog').count()) > 0 ? page.getByRole('dialog') : page
    const target = scope.getByRole(role, { name, exact }).first()
    await expect(target).toBeVisible()
    for (let presses = 0; presses < 60; presses++) {
      if (await target.evaluate((element) => element === document.activeElement)) break
      await page.keyboard.press('Tab')
    }
    await expect(target).toBeFocused()
    const outline = await target.evaluate((element) => getComputedStyle(element).outlineStyle)
    expect(outline, `focus is visible on ${String(name)}`).toBe('solid')
  }
})
