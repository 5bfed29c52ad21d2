/** Who reads: the address as they reach this server, a key, and when. */
export type Reader = { origin: string; key: string; now: Date }

/** Something to paste. `what` names it in an accessible name: "Copy The environment". */
export type Block = { title: string; what: string; code: string }

export const terminal = (lines: readonly string[], title = 'Terminal'): Block => ({
  title,
  what: 'The settings',
  code: lines.join('\n'),
})

/** Address and key where the code below reads them from. */
export const environment = ({ origin, key }: Reader): string[] => [
  `export SIGNALBOX_URL=${origin}`,
  `export SIGNALBOX_KEY=${key}`,
]
