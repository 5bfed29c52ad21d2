import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const css = readFileSync(fileURLToPath(new URL('../../app/globals.css', import.meta.url)), 'utf8')
const THEMES = ['light', 'dark'] as const
type Theme = (typeof THEMES)[number]
type Linear = readonly [number, number, number]

const GROUNDS = [
  'surface',
  'canvas',
  'sunken',
  'hover',
  'accent-wash',
  'ok-wash',
  'warn-wash',
  'danger-wash',
  'info-wash',
]
const TEXTS = ['ink', 'ink2', 'ink3', 'accent', 'ok', 'warn', 'danger', 'info']
const MARKS = ['ok-mark', 'warn-mark', 'danger-mark', 'info-mark']
const SERIES = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7']

// WCAG AA is 4.5 and 3; the margin pays for antialiasing of 11 px text.
const TEXT_MIN = 4.6
const MARK_MIN = 3
const SERIES_MIN = 11.5

describe.each(THEMES)('%s', (theme) => {
  test.each(TEXTS)('text %s is readable on every ground', (text) => {
    for (const ground of [...GROUNDS, 'danger-band', 'warn-band']) {
      expect(contrast(token(text, theme), token(ground, theme)), `${text} on ${ground}`).toBeGreaterThanOrEqual(
        TEXT_MIN,
      )
    }
  })

  test.each(MARKS)('%s is visible on every ground', (mark) => {
    for (const ground of GROUNDS) {
      expect(contrast(token(mark, theme), token(ground, theme)), `${mark} on ${ground}`).toBeGreaterThanOrEqual(
        MARK_MIN,
      )
    }
  })

  test('text on fills is readable', () => {
    expect(contrast(token('on-accent', theme), token('accent-fill', theme))).toBeGreaterThanOrEqual(TEXT_MIN)
    expect(contrast(token('on-kill', theme), token('kill', theme))).toBeGreaterThanOrEqual(TEXT_MIN)
  })

  test('every chart series stands out from the surface', () => {
    for (const series of SERIES) {
      expect(contrast(token(series, theme), token('surface', theme)), series).toBeGreaterThanOrEqual(MARK_MIN)
    }
  })

  test.each(['normal', 'protan', 'deutan', 'tritan'] as const)(
    'chart series can be told apart in %s vision',
    (vision) => {
      for (const [i, one] of SERIES.entries()) {
        for (const other of SERIES.slice(i + 1)) {
          const distance = oklabDistance(seenBy(vision, token(one, theme)), seenBy(vision, token(other, theme)))
          expect(distance * 100, `${one} and ${other}`).toBeGreaterThanOrEqual(SERIES_MIN)
        }
      }
    },
  )
})

test('no colour value lives outside the theme', () => {
  const outside = css.replace(/@theme static \{[\s\S]*?\n\}/, '')
  expect(outside.match(/#[0-9a-f]{3,8}\b|oklch\(|rgb\(|hsl\(/gi)).toBeNull()
})

/** Linear sRGB of a colour token in one theme. */
const token = (name: string, theme: Theme): Linear => {
  const value = new RegExp(`--color-${name}: ([^;]+);`).exec(css)?.[1]
  if (!value) throw new Error(`No token --color-${name}`)
  const pair = /^light-dark\((.+(?:\)|[0-9a-f])), ((?:#|oklch).+)\)$/.exec(value)
  return parseColour((pair ? (theme === 'light' ? pair[1] : pair[2]) : value) ?? '')
}

const parseColour = (text: string): Linear => {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/.exec(text)
  if (hex) return [channel(hex[1]), channel(hex[2]), channel(hex[3])]
  const oklch = /^oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)$/.exec(text)
  if (!oklch) throw new Error(`Not a colour: ${text}`)
  return fromOklch(Number(oklch[1]), Number(oklch[2]), Number(oklch[3]))
}

const channel = (hex = '00'): number => {
  const value = parseInt(hex, 16) / 255
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

/** Ottosson, https://bottosson.github.io/posts/oklab/ */
const fromOklch = (lightness: number, chroma: number, hue: number): Linear => {
  const a = chroma * Math.cos((hue * Math.PI) / 180)
  const b = chroma * Math.sin((hue * Math.PI) / 180)
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  return clip([
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ])
}

const toOklab = ([r, g, b]: Linear): Linear => {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
}

const clip = ([r, g, b]: Linear): Linear => [clip1(r), clip1(g), clip1(b)]
const clip1 = (value: number): number => Math.min(1, Math.max(0, value))

const luminance = ([r, g, b]: Linear): number => 0.2126 * r + 0.7152 * g + 0.0722 * b

/** WCAG 2 contrast ratio. */
const contrast = (one: Linear, other: Linear): number => {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

const oklabDistance = (one: Linear, other: Linear): number => {
  const [l, a, b] = toOklab(one)
  const [l2, a2, b2] = toOklab(other)
  return Math.hypot(l - l2, a - a2, b - b2)
}

/** Machado, Oliveira and Fernandes 2009, severity 1.0, on linear sRGB. */
const DEFICIENCY = {
  protan: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deutan: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritan: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
} as const

const seenBy = (vision: 'normal' | keyof typeof DEFICIENCY, [r, g, b]: Linear): Linear => {
  if (vision === 'normal') return [r, g, b]
  const m = DEFICIENCY[vision]
  return clip([m[0] * r + m[1] * g + m[2] * b, m[3] * r + m[4] * g + m[5] * b, m[6] * r + m[7] * g + m[8] * b])
}
