import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { foldersAbove } from './folders-above.js'

/** The paths that `compilerOptions.paths` of the nearest tsconfig.json gives for a name. Loaders of TypeScript follow them. */
export function aliasedPaths(name: string, importer: string): readonly string[] {
  for (const folder of foldersAbove(importer)) {
    const options = readOptions(join(folder, 'tsconfig.json'))
    if (options === undefined) continue
    const base = resolve(folder, options.baseUrl ?? '.')
    const aliases = Object.entries(options.paths ?? {}).flatMap(([pattern, targets]) => {
      const [before = '', after] = pattern.split('*')
      if (after === undefined) return pattern === name ? targets : []
      const fits = name.startsWith(before) && name.endsWith(after)
      return fits
        ? targets.map((target) => target.replace('*', name.slice(before.length, name.length - after.length)))
        : []
    })
    const paths = aliases.map((path) => resolve(base, path))
    return options.baseUrl === undefined ? paths : [...paths, resolve(base, name)]
  }
  return []
}

interface PathOptions {
  readonly baseUrl?: string
  readonly paths?: Readonly<Record<string, readonly string[]>>
}

/** Undefined if there is no such file. It may have comments and commas at the end of lists. */
function readOptions(path: string): PathOptions | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
  try {
    const plain = text
      .replaceAll(/("(?:[^"\\]|\\.)*")|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '$1')
      .replaceAll(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, '$1')
    return (JSON.parse(plain) as { readonly compilerOptions?: PathOptions }).compilerOptions ?? {}
  } catch {
    return {}
  }
}
