import type { ReactNode } from 'react'

export type StripFigure = { label: string; value: ReactNode; note?: ReactNode }

/** A row of figures over a table: label, value, and what qualifies it. */
export const Strip = ({ label, figures }: { label: string; figures: readonly StripFigure[] }) => (
  <dl aria-label={label} className="grid grid-cols-5 border-b border-line max-md:grid-cols-2">
    {figures.map((figure) => (
      <div
        key={figure.label}
        className="border-r border-line px-6 py-2.5 last:border-r-0 max-lg:px-4 max-md:last:odd:col-span-2 max-md:even:border-r-0 max-md:[&:nth-child(n+3)]:border-t max-lg:first:pl-6 max-md:odd:pl-6 max-sm:odd:pl-4"
      >
        <dt className="text-small text-ink2">{figure.label}</dt>
        <dd className="text-title font-key">{figure.value}</dd>
        {figure.note === undefined ? null : <dd className="text-small text-ink2">{figure.note}</dd>}
      </div>
    ))}
  </dl>
)
