/** A block of the size of what will stand here. It does not move: nothing does that only to please. */
export const Skeleton = ({ className }: { className: string }) => (
  <span aria-hidden="true" className={`block rounded-mark bg-sunken ${className}`} />
)
