import type { ReactNode } from 'react'
import { TextLink } from './text-link'

/**
 * The title, the verdict in a plain sentence beside it, and at the right how fresh it is and the one act. A long verdict
 * wraps in its own column; on a phone it goes below, so that the act stays next to the title.
 */
export const PageHeader = ({
  parent,
  title,
  verdict,
  aside,
}: {
  /** The list that the thing is in. */
  parent?: { name: string; href: string }
  title: string
  verdict?: ReactNode
  aside?: ReactNode
}) => (
  <header className="flex min-h-12 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-6 py-2 max-sm:px-4">
    <div className="flex min-w-0 items-center gap-2">
      {parent === undefined ? null : (
        <>
          <nav aria-label="Where this is">
            <TextLink href={parent.href}>{parent.name}</TextLink>
          </nav>
          <span aria-hidden="true" className="text-ink3">
            /
          </span>
        </>
      )}
      <h1 className="truncate text-title">{title}</h1>
    </div>
    {verdict === undefined ? null : (
      <p className="min-w-0 flex-1 basis-64 text-ink2 max-sm:order-last max-sm:basis-full">{verdict}</p>
    )}
    {aside === undefined ? null : (
      <div className="ml-auto flex flex-wrap items-center gap-x-3 gap-y-2 text-small text-ink2">{aside}</div>
    )}
  </header>
)
