/** The looks of a button, shared by real buttons, links that look like one, and menu triggers. */
export type ButtonTone = 'primary' | 'secondary' | 'danger' | 'quiet'
export type ButtonSize = 'normal' | 'small' | 'bar'

const BASE =
  'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-control border text-small font-key whitespace-nowrap select-none transition-colors duration-80'

const OFF = 'cursor-not-allowed border-line bg-sunken text-ink3'

const TONES = {
  primary: 'border-accent-fill bg-accent-fill text-on-accent hover:brightness-110 active:brightness-95',
  secondary: 'border-line2 bg-surface text-ink hover:bg-hover active:bg-sunken data-popup-open:bg-sunken',
  danger: 'border-danger-mark bg-surface text-danger hover:bg-danger-wash active:bg-danger-wash',
  quiet: 'border-transparent bg-transparent text-accent hover:bg-hover active:bg-sunken',
} as const satisfies Record<ButtonTone, string>

const SIZES = {
  normal: 'h-7 px-2.5 max-sm:h-12 max-sm:px-4',
  /** In the top bar, which is 56 px high on a phone. */
  bar: 'h-7 px-2.5 max-sm:h-9',
  small: 'h-6 px-2 max-sm:h-9 max-sm:px-3',
} as const satisfies Record<ButtonSize, string>

export const buttonStyle = (tone: ButtonTone, size: ButtonSize = 'normal', off = false): string =>
  `${BASE} ${SIZES[size]} ${off ? OFF : TONES[tone]}`
