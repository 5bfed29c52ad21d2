/** Light, dark, or as the system has it. */
export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

/** Readable by script on purpose: it holds a taste, not a secret, and the menu writes it. */
export const THEME_COOKIE = 'signalbox-theme'
const YEAR_SEC = 31_536_000

export const parseTheme = (value: string | undefined): Theme => THEMES.find((theme) => theme === value) ?? 'system'

/** Browser only: changes the page at once and remembers the choice. */
export const applyTheme = (theme: Theme): void => {
  document.cookie = `${THEME_COOKIE}=${theme}; path=/; max-age=${theme === 'system' ? 0 : YEAR_SEC}; samesite=lax`
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

export const currentTheme = (): Theme => parseTheme(document.documentElement.dataset.theme)
