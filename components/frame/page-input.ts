/** What Next hands to a page. Declared here, so that types check before the first build has generated its own. */
export type SearchParams = Promise<Record<string, string | string[] | undefined>>

/** The first value of a parameter: a repeated one is read like a single one, a screen never fails on its URL. */
export const oneOf = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value
