import type { ReactNode } from 'react'

export type Column<Row> = {
  key: string
  head: ReactNode
  cell: (row: Row) => ReactNode
  /** Numbers stand right, words left, acts right without a visible head. */
  kind: 'name' | 'text' | 'number' | 'act'
  /** Left out on narrow screens: the row must still make sense without it. */
  from?: 'sm' | 'md' | 'lg' | 'xl'
}

/** Hairlines between rows only, heads at 11 px, the name of the row is its header. Scrolls sideways on its own. */
export const DataTable = <Row,>({
  caption,
  columns,
  rows,
  rowKey,
  foot,
  dim = false,
}: {
  caption: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  /** A last row over all of them, computed by the API and never summed here. */
  foot?: Row | undefined
  /** Drawn lighter while newer rows are on their way. */
  dim?: boolean
}) => (
  <div
    className="relative overflow-x-auto focus-visible:-outline-offset-2"
    role="region"
    aria-label={caption}
    tabIndex={0}
  >
    <table className={`w-full border-collapse text-left transition-opacity duration-80 ${dim ? 'opacity-60' : ''}`}>
      <caption className="sr-only">{caption}</caption>
      <thead>
        <tr className="border-b border-line bg-surface">
          {columns.map((column) => (
            <th
              key={column.key}
              scope="col"
              className={`${EDGE} ${column.kind === 'name' ? STAYS : ''} h-9 text-label font-normal text-ink3 ${look(column)}`}
            >
              {column.kind === 'act' ? <span className="sr-only">{column.head}</span> : column.head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={rowKey(row)} className="border-b border-line bg-surface hover:bg-hover">
            {columns.map((column) => (
              <Cell key={column.key} column={column} row={row} />
            ))}
          </tr>
        ))}
      </tbody>
      {foot === undefined ? null : (
        <tfoot>
          <tr className="border-b border-line bg-canvas">
            {columns.map((column) => (
              <Cell key={column.key} column={column} row={foot} />
            ))}
          </tr>
        </tfoot>
      )}
    </table>
  </div>
)

const Cell = <Row,>({ column, row }: { column: Column<Row>; row: Row }) =>
  column.kind === 'name' ? (
    <th scope="row" className={`${EDGE} ${STAYS} h-[35px] py-1 font-key ${look(column)}`}>
      {column.cell(row)}
    </th>
  ) : (
    <td className={`${EDGE} h-[35px] py-1 ${look(column)}`}>{column.cell(row)}</td>
  )

/** Where a table is wider than the screen, the name of the row stays in sight while the figures pass beside it. */
const STAYS = 'max-lg:sticky max-lg:left-0 max-lg:z-10 max-lg:bg-inherit'

const EDGE = 'px-2 first:pl-6 last:pr-6 max-sm:first:pl-4 max-sm:last:pr-4'

const FROM = {
  sm: 'max-sm:hidden',
  md: 'max-md:hidden',
  lg: 'max-lg:hidden',
  xl: 'max-xl:hidden',
} as const

const look = <Row,>(column: Column<Row>): string =>
  `${column.kind === 'number' || column.kind === 'act' ? 'text-right' : ''} ${column.kind === 'number' ? 'whitespace-nowrap' : ''} ${column.from ? FROM[column.from] : ''}`
