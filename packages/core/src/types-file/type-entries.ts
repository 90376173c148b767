import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

/** The declaration file at the entry of an installed package. Importing one without types is an error in a strict project. */
export async function packageDeclaration(folder: string): Promise<string | undefined> {
  const { exports, types, typings, main } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    readonly exports?: unknown
    readonly types?: unknown
    readonly typings?: unknown
    readonly main?: unknown
  }
  const entries = exports === undefined ? [types, typings, main ?? 'index.js'] : targetsOf(exports)
  return entries
    .filter((entry) => typeof entry === 'string')
    .map((entry) => declarationOf(join(folder, entry)))
    .find((declaration) => declaration !== undefined)
}

/** The files that a package's `exports` may lead to for its main entry. */
function targetsOf(exports: unknown): readonly string[] {
  if (typeof exports === 'string') return [exports]
  if (typeof exports !== 'object' || exports === null) return []
  const entry = '.' in exports ? { entry: exports['.'] } : exports
  return Object.entries(entry).flatMap(([key, target]) => (key.startsWith('.') ? [] : targetsOf(target)))
}

/** The types of a module, if they exist: in the module itself, or in a declaration file beside it. */
export function declarationOf(module: string): string | undefined {
  const declaration = module.replace(/\.([cm]?)js$/, '.d.$1ts')
  if (/\.[cm]?ts$/.test(declaration)) return existsSync(declaration) ? declaration : undefined
  // Bundlers resolve paths without an ending.
  return [`${module}.d.ts`, join(module, 'index.d.ts')].find((path) => existsSync(path))
}

const augmentation = /\bdeclare\s+module\s+['"]@maestro-dataflow\/core['"]/
const relativeImport = /\b(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g

/** Whether a project file, or one that it imports by path, declares types of operators or other contributions. */
export async function fileDeclaresTypes(file: string, seen = new Set<string>()): Promise<boolean> {
  const source = declarationOf(file)
  if (source === undefined || seen.has(source)) return false
  seen.add(source)
  const text = await readFile(source, 'utf8')
  if (augmentation.test(text)) return true
  for (const [, path = ''] of text.matchAll(relativeImport))
    if (await fileDeclaresTypes(resolve(dirname(source), path), seen)) return true
  return false
}
