import type { ReactNode } from 'react'

/** A plain fact in a neutral outline: a scope, a tier, an environment. */
export const Chip = ({ children }: { children: ReactNode }) => (
  <span className="inline-flex items-center rounded-chip border border-line2 px-1.5 text-small whitespace-nowrap text-ink2">
    {children}
  </span>
)
