import Link from 'next/link'
import type { ReactNode } from 'react'

/** A link in running text or in a row. */
export const TextLink = ({ href, children }: { href: string; children: ReactNode }) => (
  <Link href={href} className="rounded-mark text-accent underline-offset-2 hover:underline">
    {children}
  </Link>
)
