/** Fields are drawn alike whether typed into or chosen from. ink3 borders: a field must be seen to be found. */
export const CONTROL =
  'h-7 w-full rounded-control border border-ink3 bg-surface px-2 text-body text-ink transition-colors duration-80 max-sm:h-12 max-sm:px-3 max-sm:text-[1rem] aria-invalid:border-danger-mark data-invalid:border-danger-mark disabled:border-line2 disabled:bg-sunken disabled:text-ink3'

export const LABEL = 'text-small font-key text-ink'
export const HINT = 'text-small text-ink2'
export const PROBLEM = 'text-small text-danger'
