import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { dirname, extname, relative, resolve, sep } from 'node:path'

const modules: ReadonlySet<string> = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'])
/** The files that a module names in imports. Paths that are computed are not found. */
const importOfFile = /\b(?:from|import|require)\s*\(?\s*(['"])(\.{1,2}\/[^'"\n]+)\1/g

/**
 * The hashes of a pipeline's module and of all files of the project that it imports, by names for people. The text of a
 * function does not show that something has changed which it calls.
 */
export function moduleHashes(entry: string, directory: string): Readonly<Record<string, string>> {
  const found = new Map<string, string>()
  const hashes: Record<string, string> = {}
  const add = (path: string) => {
    if (found.has(path) || path.includes(`${sep}node_modules${sep}`)) return
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return
    const text = readFileSync(path, 'utf8')
    found.set(path, text)
    const name = relative(directory, path).replaceAll(sep, '/')
    hashes[`the file ${name}`] = createHash('sha256').update(text).digest('hex').slice(0, 16)
    if (!modules.has(extname(path))) return
    for (const [, , file = ''] of text.matchAll(importOfFile)) add(resolve(dirname(path), file))
  }
  // What data says is among the options of the steps.
  if (modules.has(extname(entry))) add(entry)
  return hashes
}
