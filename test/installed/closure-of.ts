import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The part of a package.json that says what is installed with a package. */
export interface InstalledManifest {
  readonly name: string
  readonly version: string
  readonly files?: readonly string[]
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

/** The folder of a dependency, as Node finds it; undefined for one that is not for this system. */
function findPackage(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate)
    if (dirname(folder) === folder) return undefined
  }
}

/** Packages with everything that npm installs with them, by folder. @param takes Leaves out dependencies. */
export function closureOf(
  folders: readonly string[],
  takes: (manifest: InstalledManifest, dependency: string) => boolean = () => true,
): ReadonlyMap<string, InstalledManifest> {
  const found = new Map<string, InstalledManifest>()
  const queue = [...folders]
  for (let folder = queue.pop(); folder !== undefined; folder = queue.pop()) {
    if (found.has(folder)) continue
    const manifest: InstalledManifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    found.set(folder, manifest)
    const peers = Object.keys(manifest.peerDependencies ?? {}).filter(
      (name) => manifest.peerDependenciesMeta?.[name]?.optional !== true,
    )
    const names = [...Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }), ...peers]
    for (const name of names.filter((name) => takes(manifest, name))) {
      const place = findPackage(name, folder)
      if (place !== undefined) queue.push(place)
    }
  }
  return found
}
