const number = (name: string, inSuite: number): number => {
  const given = Number(process.env[`SIGNALBOX_HONEST_${name}`])
  return Number.isInteger(given) && given > 0 ? given : inSuite
}

/** How much the checks of the ledger do: enough for every `npm test`, and as much as `npm run honest` asks for. */
export const SIZE = {
  seeds: number('SEEDS', 1),
  traces: number('TRACES', 50),
  deepChains: number('DEEP', 0),
  kills: number('KILLS', 3),
  daysARequest: number('DAYS_A_REQUEST', 25),
  traceSpans: number('TRACE_SPANS', 400),
  isSuite: process.env['SIGNALBOX_HONEST_SEEDS'] === undefined,
}
