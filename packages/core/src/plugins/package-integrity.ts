import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'

/**
 * Identifies the files of an installed package: the hash that npm has recorded, or else a hash of its files.
 *
 * @returns undefined for a link to a folder of one's own, whose files change all the time
 */
export async function packageIntegrity(folder: string): Promise<string | undefined> {
  const real = realpathSync(folder)
  if (!real.split(sep).includes('node_modules')) return undefined
  return (await recordedByNpm(real)) ?? hashOf(real)
}

/** npm keeps what it has installed in a file beside the packages. */
async function recordedByNpm(folder: string): Promise<string | undefined> {
  let modules = dirname(folder)
  if (basename(modules) !== 'node_modules') modules = dirname(modules)
  try {
    const { packages } = JSON.parse(await readFile(join(modules, '.package-lock.json'), 'utf8')) as {
      packages?: Readonly<Record<string, { readonly integrity?: string }>>
    }
    return packages?.[`node_modules/${relative(modules, folder).split(sep).join('/')}`]?.integrity
  } catch {
    return undefined
  }
}

async function hashOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.startsWith('node_modules/'))
    .toSorted()
  const hash = createHash('sha512')
  for (const path of files) hash.update(`${path}\0`).update(await readFile(join(folder, path)))
  return `sha512-${hash.digest('base64')}`
}
