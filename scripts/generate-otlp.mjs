import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

// Writes lib/ingest/otlp/generated anew from the published .proto files beside it. Needed only when those change:
//   node scripts/generate-otlp.mjs
// The compiler comes through npx, because nothing but this script needs its 100 MB.

const BUF = '@bufbuild/buf@1.75.0'
const PLUGIN = '@bufbuild/protoc-gen-es@2.17.0' // the version of @bufbuild/protobuf in package.json
const proto = fileURLToPath(new URL('../lib/ingest/otlp/proto', import.meta.url))
const out = fileURLToPath(new URL('../lib/ingest/otlp/generated', import.meta.url))

const template = join(tmpdir(), `signalbox-buf-${process.pid}.json`)
const plugin = { local: 'protoc-gen-es', out, opt: ['target=ts', 'erasable_syntax=true'] }
writeFileSync(template, JSON.stringify({ version: 'v2', plugins: [plugin] }))
try {
  rmSync(out, { recursive: true, force: true })
  const npx = ['--yes', '--package', BUF, '--package', PLUGIN, '--', 'buf', 'generate', proto, '--template', template]
  execFileSync('npx', npx, { stdio: 'inherit' })
} finally {
  rmSync(template, { force: true })
}
