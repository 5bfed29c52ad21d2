// `doctor -- --recount`: the recount itself is lib/metrics/recount.ts, here is its table.
import { importTypeScript } from './bundle.mjs'
import { requireAddresses } from './connected.mjs'

const MOST_SHOWN = 20

/** @param {{ table: string, rows: number, mismatches: { key: string, stored: string, recounted: string }[] }[]} results */
export function recountLines(results) {
  const width = Math.max(5, ...results.map(({ table }) => table.length))
  const lines = [`\n${'table'.padEnd(width)}  ${'rows'.padStart(10)}  mismatches`]
  for (const { table, rows, mismatches } of results) {
    lines.push(`${table.padEnd(width)}  ${String(rows).padStart(10)}  ${mismatches.length || 'none'}`)
    for (const { key, stored, recounted } of mismatches.slice(0, MOST_SHOWN)) {
      lines.push(`  ${key}: stored ${stored}, recounted ${recounted}`)
    }
    if (mismatches.length > MOST_SHOWN) lines.push(`  … and ${mismatches.length - MOST_SHOWN} more`)
  }
  return lines
}

/** Prints the table; false when a stored number differs from its recount. */
export async function printRecount(folder) {
  const addresses = requireAddresses(folder)
  const { recount } = await importTypeScript('lib/metrics/recount.ts')
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ connectionString: addresses.owner, max: 2 })
  pool.on('error', () => {})
  try {
    const results = await recount(pool)
    console.log(recountLines(results).join('\n'))
    return results.every(({ mismatches }) => mismatches.length === 0)
  } finally {
    await pool.end()
  }
}
