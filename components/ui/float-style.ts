/** Popovers, menus and dialogs float: a border, a radius of 6 and the one shadow. In dark the border is the ring. */
export const FLOAT =
  'rounded-float border border-line2 bg-surface text-ink shadow-float outline-none transition-opacity duration-120 ease-out data-starting-style:opacity-0 data-ending-style:opacity-0'

/** A row of a menu or a list of choices; the highlighted row is where the keyboard is. */
export const ITEM =
  'flex min-h-7 cursor-default items-center gap-2 px-3 py-1 outline-none select-none max-sm:min-h-11 data-highlighted:bg-accent-wash data-disabled:text-ink3'
