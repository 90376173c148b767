import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PluginManifest } from '@maestro-dataflow/core'

/** The fields of a package.json that the checks read. */
export interface PackageJson {
  readonly name: string
  readonly exports?: unknown
  readonly types?: string
  readonly typings?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly maestro?: PluginManifest
}

/** The package.json of a folder, in which a manifest was found before. */
export async function packageJsonOf(folder: string): Promise<PackageJson> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
}
