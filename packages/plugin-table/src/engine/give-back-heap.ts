import { stat } from 'node:fs/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const mebibyte = 1024 * 1024
/** A step over less takes little memory, and is done before a collection of garbage would pay off. */
const worthwhile = 16 * mebibyte
/** A look at a heap of more takes longer than the memory is worth. */
const mostUsed = 256 * mebibyte

/**
 * Gives the memory that V8 does not need back to the operating system before a step over large files. V8 keeps some
 * hundred MB that rows needed, since it cannot know that the database works next.
 *
 * @returns whether it has done so
 */
export async function giveBackHeapFor(paths: readonly string[]): Promise<boolean> {
  // The engine itself says what is wrong with a file that cannot be read.
  const sizes = await Promise.all(
    paths.map((path) =>
      stat(path)
        .then(({ size }) => size)
        .catch(() => 0),
    ),
  )
  if (sizes.reduce((sum, size) => sum + size, 0) < worthwhile || process.memoryUsage().heapUsed > mostUsed) return false
  collect ??= findCollector()
  collect({ type: 'major', flavor: 'last-resort' })
  return true
}

type Collect = (how: { readonly type: 'major'; readonly flavor: 'last-resort' }) => void

let collect: Collect | undefined

/** Node has this function only on demand. A runtime with another engine has none. */
function findCollector(): Collect {
  setFlagsFromString('--expose-gc')
  try {
    const found: unknown = runInNewContext('globalThis.gc')
    return typeof found === 'function' ? (found as Collect) : () => undefined
  } finally {
    setFlagsFromString('--no-expose-gc')
  }
}
