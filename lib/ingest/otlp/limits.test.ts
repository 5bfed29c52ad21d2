import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { MAX_NODES } from '@/lib/ingest/json-text'
import { MAX_VALUE_DEPTH } from '@/lib/ingest/otlp/checks'
import { MAX_MESSAGE_DEPTH } from '@/lib/ingest/otlp/decode-protobuf'
import { MAX_MESSAGES } from '@/lib/ingest/otlp/wire'
import { MAX_BODY_BYTES, MAX_INFLATED_BYTES, MAX_ITEMS } from '@/lib/ingest/schema'

test('I6: the limits that docs/sending-telemetry.md names are those of the code', () => {
  const page = readFileSync('docs/sending-telemetry.md', 'utf8')
  const mib = (bytes: number): string => `${bytes / 1024 / 1024} MiB`
  const thousands = (count: number): string => count.toLocaleString('en-US')
  for (const said of [
    `${mib(MAX_BODY_BYTES)} as sent, ${mib(MAX_INFLATED_BYTES)} unpacked`,
    `${thousands(MAX_ITEMS)} spans or log records`,
    `${MAX_MESSAGES / 1e6} million values (protobuf)`,
    `${MAX_NODES / 1e6} million objects and arrays (JSON)`,
    `values ${MAX_VALUE_DEPTH} deep`,
    `${thousands(MAX_MESSAGE_DEPTH)} messages`,
  ]) {
    expect(page).toContain(said)
  }
})
