import 'server-only'
import { toIso } from '@/lib/core/micros'
import { COLUMNS, type ColumnType, type SpanNode } from '@/lib/ingest/span-node'

type Field = keyof SpanNode
const FIELDS = Object.keys(COLUMNS) as Field[] // COLUMNS satisfies Record<Field, …>: its keys are exactly the fields

const selectOf = (column: string, type: ColumnType): string => {
  switch (type) {
    case 'us':
      return `(extract(epoch FROM s.${column}) * 1000000)::float8 AS ${column}`
    case 'int':
    case 'float':
      return `s.${column}::float8 AS ${column}`
    case 'date':
    case 'nano':
      return `s.${column}::text AS ${column}`
    case 'text':
    case 'json':
    case 'bool':
    case 'text[]':
      return `s.${column}`
  }
}

/** Select list of a span aliased `s`; exact: times as whole microseconds, money as text. */
export const SPAN_SELECT = FIELDS.map((field) => selectOf(COLUMNS[field][0], COLUMNS[field][1])).join(', ')
export const SPAN_COLUMN_NAMES = FIELDS.map((field) => COLUMNS[field][0])

/** A row selected by SPAN_SELECT as a node: the two name the same columns with the same types. */
export const toNode = (row: Record<string, unknown>): SpanNode => {
  const node: Record<string, unknown> = {}
  for (const field of FIELDS) {
    const [column, type] = COLUMNS[field]
    const value = row[column]
    node[field] = value !== null && type === 'nano' ? BigInt(String(value)) : value
  }
  return node as SpanNode
}

/** A node as JSON for `json_populate_recordset(null::span, …)`: snake case, times ISO, bigint as text. */
export const toRow = (teamId: string, node: SpanNode): Record<string, unknown> => {
  const row: Record<string, unknown> = { team_id: teamId }
  for (const field of FIELDS) {
    const [column, type] = COLUMNS[field]
    const value = node[field]
    if (value === null) continue
    row[column] = type === 'us' ? toIso(Number(value)) : type === 'nano' ? String(value) : value
  }
  return row
}
