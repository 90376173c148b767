import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** The conditions under which `import` takes an entry of `exports`, whatever their order there. */
const importConditions: ReadonlySet<string> = new Set(['node', 'import', 'module-sync', 'default'])

/** The address of the module that `import` of a package by name would load from outside it. */
export async function packageEntry(folder: string): Promise<string> {
  const { exports, main } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    exports?: unknown
    main?: string
  }
  // A package that only `require` may load is CommonJS, which `import` loads as well.
  const entry = entryIn(exports, importConditions) ?? entryIn(exports, new Set([...importConditions, 'require']))
  return pathToFileURL(entry === undefined ? mainOf(folder, main) : join(folder, entry)).href
}

/** The first entry whose condition holds, in the order in which they are written. */
function entryIn(exports: unknown, conditions: ReadonlySet<string>): string | undefined {
  if (typeof exports === 'string') return exports
  if (Array.isArray(exports)) return exports.map((one) => entryIn(one, conditions)).find((one) => one !== undefined)
  if (typeof exports !== 'object' || exports === null) return undefined
  for (const [key, value] of Object.entries(exports)) {
    if (key !== '.' && !conditions.has(key)) continue
    const entry = entryIn(value, conditions)
    if (entry !== undefined) return entry
  }
  return undefined
}

/** `main` may be a folder, and a file without its ending. */
function mainOf(folder: string, main: string | undefined): string {
  const path = main ?? 'index.js'
  try {
    return createRequire(join(folder, 'package.json')).resolve(`./${path}`)
  } catch {
    return join(folder, path)
  }
}
