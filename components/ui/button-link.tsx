import Link from 'next/link'
import type { ReactNode } from 'react'
import { buttonStyle, type ButtonSize, type ButtonTone } from './button-style'

/** A place to go to that looks like an act. Stays a link: it opens in a new tab and is announced as one. */
export const ButtonLink = ({
  href,
  children,
  tone = 'secondary',
  size = 'normal',
}: {
  href: string
  children: ReactNode
  tone?: ButtonTone
  size?: ButtonSize
}) => (
  <Link href={href} className={buttonStyle(tone, size)}>
    {children}
  </Link>
)
