import type { LucideIcon } from 'lucide-react'

/** A lucide icon at the one size and weight of the console. Decoration only: the name stands beside it. */
export const Icon = ({ of: Drawing, className }: { of: LucideIcon; className?: string }) => (
  <Drawing size={15} strokeWidth={1.6} aria-hidden="true" className={`shrink-0 ${className ?? ''}`} />
)
