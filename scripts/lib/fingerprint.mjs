// Has anything changed that the result of a step depends on? Answered from contents, so that a checkout or a copy,
// which touch every file's time, do not cost a rebuild.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

function* filesUnder(path, skip) {
  if (skip(path)) return
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path).sort()) yield* filesUnder(join(path, name), skip)
  } else {
    yield path
  }
}

/** `inputs` are files or folders below `root`; missing ones count as missing. `extra` is mixed in as it is. */
export function fingerprint(root, inputs, { skip = () => false, extra = [] } = {}) {
  const hash = createHash('sha256')
  for (const text of extra) hash.update(`${text}\0`)
  for (const input of inputs) {
    const path = join(root, input)
    if (!existsSync(path)) continue
    for (const file of filesUnder(path, (each) => skip(relative(root, each).split(sep).join('/')))) {
      hash
        .update(`${relative(root, file)}\0`)
        .update(readFileSync(file))
        .update('\0')
    }
  }
  return hash.digest('hex')
}
