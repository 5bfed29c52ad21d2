// Runs steps, whatever the earlier ones came to, and prints one line for each.
import { explain, Problem, seconds } from './log.mjs'
import { addCounts, countStep } from './test-results.mjs'

/** `steps` is a list of `[name, run]`, `lanes` how many run at the same time. Returns the sum of all counts. */
export async function runSteps(steps, { lanes = 1 } = {}) {
  let sum = { passed: 0, failed: 0, skipped: [] }
  const waiting = [...steps]
  const one = async ([name, run]) => {
    const began = performance.now()
    const result = await run().catch((error) => ({ ok: false, counts: countStep(false), output: describe(error) }))
    if (!result.ok) console.log(`\n──── ${name} ────\n${result.output.trimEnd()}\n────\n`)
    console.log(`${line(name, result)}  (${seconds(performance.now() - began)})`)
    sum = addCounts(sum, result.counts)
  }
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await one(next)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return sum
}

const describe = (error) => (error instanceof Problem || !error?.stack ? explain(error) : error.stack)

function line(name, { ok, counts, note }) {
  const { passed, failed, skipped } = counts
  const tests =
    passed + failed > 1 || skipped.length
      ? `: ${passed} passed, ${failed} failed${skipped.length ? `, ${skipped.length} skipped` : ''}`
      : ''
  return `  ${ok ? '✓' : '✗'} ${name}${tests}${note ? ` (${note})` : ''}`
}
