/**
 * What `key:value` may stand for in stored attributes. Keys hold colons too (`genkit:metadata:subtype`), and a value that
 * reads as a number or a boolean may be stored as one: every reading is looked for.
 */

export type AttributeReading = { [key: string]: string | number | boolean | (string | number | boolean)[] }

/** Colons that are tried as the end of the key. */
const SPLITS_MAX = 4

/** Each reading as a document that the attributes contain. Empty when there is no key or no value. */
export const attributeReadings = (pair: string): AttributeReading[] =>
  splits(pair).flatMap(([key, value]) =>
    valuesOf(value).flatMap((one): AttributeReading[] => [reading(key, one), reading(key, [one])]),
  )

const splits = (pair: string): [key: string, value: string][] => {
  const found: [string, string][] = []
  for (let at = pair.indexOf(':'); at >= 0 && found.length < SPLITS_MAX; at = pair.indexOf(':', at + 1)) {
    if (at > 0 && at < pair.length - 1) found.push([pair.slice(0, at), pair.slice(at + 1)])
  }
  return found
}

const valuesOf = (value: string): (string | number | boolean)[] => {
  if (value === 'true' || value === 'false') return [value, value === 'true']
  const number = Number(value)
  // "1e3" and " 5" are not how a number is shown; large integers would be found as their neighbours.
  return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(value) && (!Number.isInteger(number) || Number.isSafeInteger(number))
    ? [value, number]
    : [value]
}

/** Also for a key such as `__proto__`. */
const reading = (key: string, value: AttributeReading[string]): AttributeReading => Object.fromEntries([[key, value]])
