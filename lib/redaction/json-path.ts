/**
 * A small, evaluated-nowhere subset of JSONPath: `$`, then any of `.name`, `["name"]`, `[0]`, `[*]`, `.*`, `..name`.
 * No filters, scripts or slices: a path only points. All paths are followed in one walk, as sets of positions, so the
 * time is nodes × positions however the paths are nested.
 */
export type Step = { readonly name: string | null; readonly deep: boolean }

/** A path and how many of its steps are done. */
export type Position = { readonly steps: readonly Step[]; readonly done: number }

const STEP = /(\.\.|\.)(\*|[\p{L}_$][\p{L}\p{N}_$-]*)|\[(?:(\*)|(\d{1,9})|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]/uy

/** The steps of a path, or null when it is not in the subset. A `null` name is a wildcard. */
export function parsePath(path: string): readonly Step[] | null {
  if (!path.startsWith('$')) return null
  const steps: Step[] = []
  STEP.lastIndex = 1
  while (STEP.lastIndex < path.length) {
    const match = STEP.exec(path)
    if (!match) return null
    const [, dots, word, star, index, single, double] = match
    const quoted = (single ?? double)?.replace(/\\(.)/gs, '$1')
    const name = word ?? star ?? index ?? quoted ?? ''
    steps.push({ name: name === '*' && quoted === undefined ? null : name, deep: dots === '..' })
  }
  return steps.length > 0 ? steps : null
}

/** Where the paths stand at a child; `key` is its name or its index. */
export function advance(positions: readonly Position[], key: string): readonly Position[] {
  const next: Position[] = []
  for (const position of positions) {
    const step = position.steps[position.done]
    if (!step) continue
    // `..name` also stays where it is, to look further down.
    if (step.deep) add(next, position)
    if (step.name === null || step.name === key) add(next, { steps: position.steps, done: position.done + 1 })
  }
  return next
}

export function isHit(positions: readonly Position[]): boolean {
  return positions.some(({ steps, done }) => done === steps.length)
}

function add(positions: Position[], one: Position): void {
  if (!positions.some(({ steps, done }) => steps === one.steps && done === one.done)) positions.push(one)
}
