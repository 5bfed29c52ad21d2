import type { ReactNode } from 'react'

/** Title and one sentence of a screen before the console. */
export const AuthHeading = ({ title, children }: { title: string; children?: ReactNode }) => (
  <>
    <h1 className="text-kpi">{title}</h1>
    {children === undefined ? null : <p className="mt-1 text-ink2">{children}</p>}
  </>
)
