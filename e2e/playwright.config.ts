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
  outputDir: '../test-results',
  forbidOnly: true,
  fullyParallel: true,
  workers: 2,
  retries: 0,
  timeout: 45_000,
  expect: { timeout: 10_000 },
  // The first visit makes the first administrator, which works only while there is nobody: before all others.
  projects: [
    { name: 'first visit', testMatch: 'first-visit.e2e.ts' },
    { name: 'journeys', testMatch: '**/*.e2e.ts', testIgnore: 'first-visit.e2e.ts', dependencies: ['first visit'] },
  ],
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
