import type { ReactNode } from 'react'

export type StripFigure = { label: string; value: ReactNode; note?: ReactNode }

/** A row of figures over a table: label, value, and what qualifies it. */
export const Strip = ({ label, figures }: { label: string; figures: readonly StripFigure[] }) => (
  <dl
    aria-label={label}
    className="grid grid-cols-5 border-b border-line max-lg:grid-cols-3 max-sm:grid-cols-2 [&>*]:border-line"
  >
    {figures.map((figure) => (
      <div
        key={figure.label}
        className="border-r px-6 py-2.5 last:border-r-0 max-lg:[&:nth-child(n+4)]:border-t max-lg:[&:nth-child(3n)]:border-r-0 max-sm:px-4 max-sm:[&:nth-child(3n)]:border-r max-sm:[&:nth-child(even)]:border-r-0 max-sm:[&:nth-child(n+3)]:border-t"
      >
        <dt className="text-small text-ink2">{figure.label}</dt>
        <dd className="text-title font-key">{figure.value}</dd>
        {figure.note === undefined ? null : <dd className="text-small text-ink2">{figure.note}</dd>}
      </div>
    ))}
  </dl>
)
