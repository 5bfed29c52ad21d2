// TypeScript of `lib` as a module that plain Node imports: one esbuild bundle, packages left outside.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Problem } from './log.mjs'
import { projectDir } from './places.mjs'

/** Bundles `entry` (a path below the project) and imports it. */
export async function importTypeScript(entry) {
  const { build } = await import('esbuild')
  const folder = join(projectDir, 'node_modules', '.cache', 'signalbox')
  mkdirSync(folder, { recursive: true })
  const outfile = join(folder, `${entry.replace(/\.ts$/, '').replaceAll('/', '-')}.mjs`)
  try {
    await build({
      entryPoints: [join(projectDir, entry)],
      outfile,
      absWorkingDir: projectDir,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      packages: 'external',
      sourcemap: 'inline',
      // Outside Next this package throws on purpose; `empty.js` is what it is on the server.
      alias: { 'server-only': join(projectDir, 'node_modules', 'server-only', 'empty.js') },
      tsconfig: join(projectDir, 'tsconfig.json'),
      logLevel: 'silent',
    })
  } catch (error) {
    throw new Problem(`${entry} cannot be bundled`, 'npm run check names the mistake', error.message)
  }
  return import(`${pathToFileURL(outfile).href}?${Date.now()}`)
}
