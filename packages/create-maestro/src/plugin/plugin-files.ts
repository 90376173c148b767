import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'
import { packageJson } from './package-json.js'
import type { PluginKind } from './plugin-kinds.js'
import { named, type PluginNames } from './plugin-names.js'

/** The files of a new plugin: their contents by path. */
export function pluginFiles(kind: PluginKind, names: PluginNames): ReadonlyMap<string, string> {
  const files = new Map([...filesIn('common'), ...filesIn(kind)])
  const usage = files.get('usage.md') ?? ''
  files.delete('usage.md')
  const readme = (files.get('README.md') ?? '').replace('<!-- usage -->\n', usage)
  const written = [...files, ['README.md', readme] as const].map(([path, text]) => [path, named(text, names)] as const)
  return new Map([['package.json', packageJson(kind, names)], ...written])
}

/**
 * The files of a template. The name of a hidden file begins with an underscore there, because npm leaves some hidden
 * files out of a package.
 */
function filesIn(folder: string): readonly (readonly [path: string, text: string])[] {
  const own = dirname(createRequire(import.meta.url).resolve('create-maestro/package.json'))
  const root = join(own, 'templates/plugin', folder)
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [
      relative(root, path)
        .split(sep)
        .join('/')
        .replace(/(^|\/)_/g, '$1.'),
      readFileSync(path, 'utf8'),
    ])
}
