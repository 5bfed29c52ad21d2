// Counting: what the machine-readable reports of vitest and Playwright say, as one shape for all steps.

/** @typedef {{ passed: number, failed: number, skipped: string[] }} Counts */

/** A step without tests of its own counts as one. @returns {Counts} */
export const countStep = (ok) => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: [] })

/** vitest's `json` report. A file that does not load holds no tests, yet it is a failure. @returns {Counts} */
export function countVitest(report, exitCode) {
  if (!report) return { passed: 0, failed: 1, skipped: [] }
  const counts = { passed: 0, failed: 0, skipped: [] }
  for (const file of report.testResults ?? []) {
    const tests = file.assertionResults ?? []
    for (const test of tests) {
      if (test.status === 'passed') counts.passed++
      else if (test.status === 'failed') counts.failed++
      else counts.skipped.push(test.fullName || test.title)
    }
    if (file.status === 'failed' && !tests.some((test) => test.status === 'failed')) counts.failed++
  }
  return unexplained(counts, exitCode)
}

/** Playwright's `json` report. A test that passed only when tried again is a failure here. @returns {Counts} */
export function countPlaywright(report, exitCode) {
  if (!report) return { passed: 0, failed: 1, skipped: [] }
  const counts = { passed: 0, failed: report.errors?.length ?? 0, skipped: [] }
  const visit = (suite, path) => {
    for (const spec of suite.specs ?? []) {
      for (const test of spec.tests ?? []) {
        if (test.status === 'expected') counts.passed++
        else if (test.status === 'skipped') counts.skipped.push([...path, spec.title].join(' › '))
        else counts.failed++
      }
    }
    for (const inner of suite.suites ?? []) visit(inner, [...path, inner.title])
  }
  for (const suite of report.suites ?? []) visit(suite, [suite.title])
  return unexplained(counts, exitCode)
}

/** The runner failed although no test did: an error outside of tests. */
function unexplained(counts, exitCode) {
  if (exitCode !== 0 && counts.failed === 0) counts.failed = 1
  return counts
}

export const addCounts = (a, b) => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: [...a.skipped, ...b.skipped],
})

/** The last two lines of a test run. With `strict`, every skip is a failure. */
export function summarise({ counts, notRun, strict }) {
  const failed = counts.failed + (strict ? counts.skipped.length : 0)
  const parts = []
  if (counts.skipped.length)
    parts.push(`${strict ? 'skipped, which is a failure here' : 'skipped'}: ${counts.skipped.join('; ')}`)
  if (notRun.length) parts.push(`not asked for: ${notRun.join(', ')}`)
  return { failed, lines: [parts.join('. ') || 'nothing skipped', `${counts.passed} passed, ${failed} failed`] }
}

/** `--only=db,e2e` and whatever else names test files. */
export function parseTestArguments(args, known) {
  const only = args.filter((arg) => arg.startsWith('--only=')).flatMap((arg) => arg.slice(7).split(',').filter(Boolean))
  const unknown = only.filter((name) => !known.includes(name))
  return { only: only.length ? only : known, unknown, files: args.filter((arg) => !arg.startsWith('--only=')) }
}
