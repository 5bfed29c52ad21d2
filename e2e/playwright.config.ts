import { defineConfig } from '@playwright/test'

// Run through `npm test -- --only=e2e`, which builds the app, starts it on a fresh database and finds a browser.
const { SIGNALBOX_E2E_URL: baseURL, DATABASE_URL, SIGNALBOX_CHROMIUM } = process.env
if (!baseURL || !DATABASE_URL) throw new Error('Start the browser tests with: npm test -- --only=e2e')

// These tests write sessions and rows: never into somebody's database.
const host = new URL(DATABASE_URL).hostname
if (!['127.0.0.1', 'localhost', '[::1]'].includes(host))
  throw new Error(`DATABASE_URL is on ${host}, not on this machine.`)

const { executablePath, args } = JSON.parse(SIGNALBOX_CHROMIUM ?? '{}') as { executablePath?: string; args?: string[] }

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.e2e.ts',
  outputDir: '../test-results',
  forbidOnly: true,
  fullyParallel: true,
  workers: 2,
  retries: 0,
  timeout: 45_000,
  expect: { timeout: 10_000 },
  use: {
    baseURL,
    browserName: 'chromium',
    contextOptions: { reducedMotion: 'reduce' },
    locale: 'en-US',
    timezoneId: 'UTC',
    launchOptions: { ...(executablePath ? { executablePath } : {}), args: args ?? [] },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
  },
})
