import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { understoodSection } from '@/lib/ingest/dialects/understood'

test('docs/sending-telemetry.md says what is understood: `npx vitest run --project pure lib/ingest/dialects -u` writes it anew', async () => {
  const page = readFileSync('docs/sending-telemetry.md', 'utf8')
  const heading = page.indexOf('## What is understood')
  expect(heading).toBeGreaterThan(0)
  const next = page.indexOf('\n## ', heading + 1)
  const after = next === -1 ? '' : page.slice(next)
  await expect(`${page.slice(0, heading)}${understoodSection()}${after}`).toMatchFileSnapshot(
    '../../../docs/sending-telemetry.md',
  )
})
