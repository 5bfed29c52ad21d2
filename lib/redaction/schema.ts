import { RE2JS } from 're2js'
import { z } from 'zod'
import { parsePath } from './json-path'

export const DETECTORS = ['email', 'phone', 'card', 'iban'] as const

/** Names that `‹name:hash8›` already uses for something else. */
const RESERVED: readonly string[] = [...DETECTORS, 'path', 'depth']

/** Instructions of a compiled pattern. Matching takes time in proportion to it, and `x{1000}` is short to write. */
const PROGRAM_SIZE_MAX = 2_000

/** What is wrong with a pattern, or null. RE2 syntax: no back references, no look-around. */
export function patternProblem(pattern: string): string | null {
  try {
    const compiled = RE2JS.compile(pattern)
    if (compiled.programSize() > PROGRAM_SIZE_MAX) return 'The pattern repeats too much. Use smaller counts.'
    if (compiled.test('')) return 'The pattern matches nothing at all (the empty text). Make a part of it required.'
    return null
  } catch (error) {
    return `The pattern is not valid RE2 syntax: ${error instanceof Error ? error.message : 'unreadable'}.`
  }
}

const Pattern = z
  .string()
  .min(1)
  .max(500)
  .superRefine((pattern, context) => {
    const problem = patternProblem(pattern)
    if (problem) context.addIssue({ code: 'custom', message: problem })
  })

const JsonPath = z
  .string()
  .min(2)
  .max(500)
  .refine((path) => parsePath(path) !== null, {
    message: 'Use $ followed by .name, ["name"], [0], [*] or ..name, for example $.customer.email or $..iban.',
  })

/** What a team removes from inputs, outputs, attributes, messages and arguments before they are stored. */
export const RedactionConfig = z.object({
  detectors: z.array(z.enum(DETECTORS)).max(DETECTORS.length).default([]),
  patterns: z
    .array(
      z.object({
        name: z
          .string()
          .regex(/^[a-z][a-z0-9_-]{0,31}$/, 'Use up to 32 of a-z, 0-9, - and _, beginning with a letter.')
          .refine((name) => !RESERVED.includes(name), { message: 'This name is taken by a detector.' }),
        pattern: Pattern,
      }),
    )
    .max(50)
    .default([]),
  jsonPaths: z.array(JsonPath).max(50).default([]),
})

export type RedactionConfig = z.infer<typeof RedactionConfig>
export type DetectorName = (typeof DETECTORS)[number]

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }
