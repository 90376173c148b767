import { unreadable } from './unreadable.js'

/** A row and an object hold one value of each name; another one would be lost. @throws MAESTRO_FS_CONTENT */
export function assertDistinct(names: readonly string[]): void {
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) throw unreadable(`it has two columns "${name}"`)
    seen.add(name)
  }
}
