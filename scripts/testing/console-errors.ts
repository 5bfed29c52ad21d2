// `console.error` fails the test in which it is called. A test about a failure that is printed says so first.
import { afterEach, beforeEach } from 'vitest'

interface Watch {
  calls: string[]
  allowed: boolean
}

// On globalThis, since the setup file and a test may each have their own copy of this module.
const watch = ((globalThis as unknown as { signalboxConsole?: Watch }).signalboxConsole ??= {
  calls: [],
  allowed: false,
})

const show = (value: unknown): string =>
  value instanceof Error ? (value.stack ?? value.message) : typeof value === 'string' ? value : JSON.stringify(value)

console.error = (...values: unknown[]) => void watch.calls.push(values.map(show).join(' '))

/** Allows `console.error` in the running test; returns the list it writes to. */
export function expectConsoleError(): readonly string[] {
  watch.allowed = true
  return watch.calls
}

beforeEach(() => {
  watch.allowed = false
  watch.calls = []
})

afterEach(() => {
  const { calls, allowed } = watch
  watch.calls = []
  if (calls.length && !allowed) {
    throw new Error(`console.error was called; expectConsoleError() allows it where it is meant:\n${calls.join('\n')}`)
  }
})
