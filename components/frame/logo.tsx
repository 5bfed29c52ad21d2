/** A semaphore arm on its mast. */
export const Logo = () => (
  <svg viewBox="0 0 18 18" width="18" height="18" aria-hidden="true" className="shrink-0">
    <path d="M4.5 1.5v15M2 16.5h5" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />
    <path d="M4.5 3h5v4h-5z" className="fill-accent" />
    <path d="M11 3h5v4h-5z" fill="currentColor" />
  </svg>
)
