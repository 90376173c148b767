import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { didYouMean } from './did-you-mean.js'
import { maestroError } from './error-table.js'
import type { MaestroError } from './maestro-error.js'

/**
 * The cause of a module that could not be imported, where it is not in the module: a package that is not installed, or a
 * package.json that makes the module CommonJS.
 *
 * @param path The module.
 */
export function moduleFailure(path: string, error: unknown): MaestroError | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, message } = error as NodeJS.ErrnoException
  if (/Cannot use import statement outside a module|Unexpected token 'export'/.test(message)) {
    const manifest = nearestManifest(path)
    return manifest === undefined ? undefined : maestroError('MAESTRO_MODULE_COMMONJS', { path, manifest }, error)
  }
  const name = /Cannot find package '([^']+)'/.exec(message)?.[1]
  if (code !== 'ERR_MODULE_NOT_FOUND' || name === undefined) return undefined
  const declared = declaredBy(path)
  const suggestion = didYouMean(name, declared)
  return maestroError('MAESTRO_MODULE_MISSING', { path, name, declared: declared.includes(name), suggestion }, error)
}

function nearestManifest(path: string): string | undefined {
  const manifest = join(dirname(path), 'package.json')
  if (existsSync(manifest)) return manifest
  return dirname(path) === path ? undefined : nearestManifest(dirname(path))
}

/** The packages that the package.json of a module names. One of them that is missing was only not installed yet. */
function declaredBy(path: string): readonly string[] {
  const manifest = nearestManifest(path)
  if (manifest === undefined) return []
  try {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8'))
    return Object.keys({ ...dependencies, ...devDependencies })
  } catch {
    return []
  }
}
