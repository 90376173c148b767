import { statSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'

/**
 * The project's own files whose code this process has loaded. A module is loaded once, so later changes of its file are
 * not seen here.
 */
export class LoadedFiles {
  /** How each file was when it was loaded. */
  readonly #states = new Map<string, string>()

  /** Records all files that are loaded from now on. */
  constructor() {
    // Not every runtime has this function.
    module.registerHooks?.({
      load: (url, context, next) => {
        if (url.startsWith('file:')) this.add(fileURLToPath(url))
        return next(url, context)
      },
    })
  }

  /** Adds a file that was read in another way. */
  add(path: string): void {
    // Packages are compared by their versions.
    if (/[\\/]node_modules[\\/]/.test(path) || this.#states.has(path)) return
    this.#states.set(path, stateOf(path))
  }

  /** Whether a file is another one than it was. */
  haveChanged(): boolean {
    return [...this.#states].some(([path, state]) => stateOf(path) !== state)
  }
}

function stateOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats === undefined ? 'missing' : `${stats.mtimeMs} ${stats.size} ${stats.ino}`
}
