import Link from 'next/link'
import type { ReactNode } from 'react'

const LOOKS = {
  text: 'text-accent underline-offset-2 hover:underline',
  /** The name of a row: the whole first column would be accent otherwise. */
  name: 'text-ink underline-offset-2 hover:underline',
} as const

/** A link that stands by itself, or names a row. */
export const TextLink = ({
  href,
  children,
  look = 'text',
}: {
  href: string
  children: ReactNode
  look?: keyof typeof LOOKS
}) => (
  <Link href={href} className={`rounded-mark ${LOOKS[look]}`}>
    {children}
  </Link>
)
