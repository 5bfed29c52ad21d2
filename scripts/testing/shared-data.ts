import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe } from 'vitest'

/**
 * The one way by which tests reach the real inputs that lie beside the project. They are other people's files: nothing
 * of them is copied into the project, and a clone without them still tests everything else.
 */
const projectFolder = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const folder = resolve(process.env['SIGNALBOX_SHARED_DATA'] ?? join(projectFolder, '../shared/data'))

/** Absolute path of a file among the real inputs, e.g. `sharedData('expected.json')`. The file may be missing. */
export function sharedData(relative: string): string {
  return join(folder, relative)
}

/** Whether the real inputs are there. */
export function hasSharedData(): boolean {
  return existsSync(sharedData('expected.json'))
}

/** A `describe` whose tests need the real inputs; without them it is skipped and its title says why. */
export function describeWithSharedData(name: string, run: () => void): void {
  if (hasSharedData()) describe(name, run)
  else describe.skip(`${name} (skipped: no folder ../shared/data, set SIGNALBOX_SHARED_DATA)`, run)
}
