import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findPython, isPythonOfAge, isUnreachable } from './python-examples.mjs'

let folder
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-python-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A command that answers what a Python of that kind would. */
const pretend = (name, answer) => {
  const file = join(folder, name)
  writeFileSync(file, `#!/bin/sh\necho '${answer}'\n`)
  chmodSync(file, 0o755)
  return file
}

test.each([
  [3, 10, false],
  [3, 11, true],
  [3, 13, true],
  [3, 14, false],
  [2, 12, false],
])('Python %d.%d can run the examples: %s', (major, minor, expected) =>
  expect(isPythonOfAge(major, minor)).toBe(expected),
)

test('the first Python of the right age is taken, whatever lies before it', async () => {
  const [old, broken, right] = [pretend('old', '3 9 True'), pretend('broken', 'oh'), pretend('right', '3 12 True')]
  expect(await findPython([join(folder, 'none'), old, broken, right])).toEqual({ python: right })
})

test('a Python without ensurepip is named, with the package that brings it', async () => {
  const debian = pretend('python3', '3 11 False')
  expect((await findPython([debian])).missing).toBe(
    `${debian} has no ensurepip (on Debian and Ubuntu: apt install python3-venv)`,
  )
})

test('no Python is named as such', async () => {
  expect((await findPython([join(folder, 'none')])).missing).toContain('no Python 3.11 to 3.13')
})

test('a registry that nobody answers is told from a list of versions', () => {
  expect(isUnreachable('WARNING: …\nERROR: No matching distribution found for pip\n')).toBe(true)
  expect(isUnreachable('pip (26.1)\nAvailable versions: 26.1, 26.0')).toBe(false)
})
