import type { ReactNode } from 'react'

/** What is not here, why, and one next step. */
export const EmptyState = ({ title, why, next }: { title: string; why: ReactNode; next?: ReactNode }) => (
  <div className="max-w-[72ch] px-6 py-5 max-sm:px-4">
    <h2 className="font-section">{title}</h2>
    <p className="mt-0.5 text-pretty text-ink2">{why}</p>
    {next === undefined ? null : <div className="mt-3">{next}</div>}
  </div>
)
