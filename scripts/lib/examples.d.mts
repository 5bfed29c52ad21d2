export function examplePackagesMissing(): string[]
export function ensureExamplesInstalled(): Promise<void>
