import type { ReactNode } from 'react'

/** The title, the verdict in a plain sentence beside it, and at the right how fresh it is and the one act. */
export const PageHeader = ({ title, verdict, aside }: { title: ReactNode; verdict?: ReactNode; aside?: ReactNode }) => (
  <header className="flex min-h-12 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-6 py-2 max-sm:px-4">
    <h1 className="text-title">{title}</h1>
    {verdict === undefined ? null : <p className="min-w-0 text-ink2">{verdict}</p>}
    {aside === undefined ? null : (
      <div className="ml-auto flex flex-wrap items-center gap-x-3 gap-y-2 text-small text-ink2">{aside}</div>
    )}
  </header>
)
