// What scripts print: one line a step with its time, and for every failure an `error:` and a `fix:`, never a stack.

/** A failure whose cause and cure are known. `detail` is text of another program, shown above the error. */
export class Problem extends Error {
  constructor(message, fix, detail = '') {
    super(message)
    this.name = 'Problem'
    this.fix = fix
    this.detail = detail
  }
}

export const seconds = (ms) => (ms < 9_950 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`)

const quiet = { on: false }
/** For callers that own the terminal, such as the test run: steps are not printed while `run` lasts. */
export async function silently(run) {
  const before = quiet.on
  quiet.on = true
  try {
    return await run()
  } finally {
    quiet.on = before
  }
}

export function say(line = '') {
  if (!quiet.on) console.log(line)
}

/** Runs one step and prints its name and how long it took; `note(value)` may say what came of it. */
export async function step(name, run, note = () => '') {
  const began = performance.now()
  const open = process.stdout.isTTY && !quiet.on
  if (open) process.stdout.write(`  … ${name}\r`)
  try {
    const value = await run()
    const extra = note(value)
    say(`  ✓ ${name}${extra ? `: ${extra}` : ''}  (${seconds(performance.now() - began)})`)
    return value
  } catch (error) {
    say(`  ✗ ${name}  (${seconds(performance.now() - began)})`)
    throw error
  }
}

export function explain(error) {
  if (error instanceof Problem) {
    const detail = error.detail.trimEnd()
    return `${detail ? `${detail}\n` : ''}error: ${error.message}\nfix: ${error.fix}`
  }
  const message = error instanceof Error ? error.message || error.name : String(error ?? 'unknown failure')
  const code = error?.code ? ` (${error.code})` : ''
  return `error: ${message.split('\n')[0]}${code}\nfix: npm run doctor`
}

/** The frame of every script: failures become `error:` and `fix:` and exit code 1. SIGNALBOX_DEBUG=1 adds the stack. */
export async function main(run) {
  const fail = (error) => {
    if (process.env.SIGNALBOX_DEBUG) console.error(error)
    console.error(explain(error))
    process.exitCode = 1
  }
  process.on('unhandledRejection', (error) => {
    fail(error)
    process.exit(1)
  })
  try {
    await run()
  } catch (error) {
    fail(error)
  }
}
