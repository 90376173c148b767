// Global set-up of the tests of the packages as published: they are packed once, and one registry and one cache of npm serve
// all tests.
import { execFile } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'
import { type LocalRegistry, startRegistry } from './local-registry.ts'

/** A package as npm packed it. */
export interface PackedPackage {
  readonly name: string
  /** The path of its tarball. */
  readonly tarball: string
  /** The paths of its files, within the package. */
  readonly files: readonly string[]
}

declare module 'vitest' {
  interface ProvidedContext {
    packed: readonly PackedPackage[]
    /** The address of a registry that has these packages, and the cache of npm that belongs to it. */
    registry: { readonly url: string; readonly cache: string }
  }
}

let folder: string | undefined
let registry: LocalRegistry | undefined

export async function setup(project: TestProject): Promise<void> {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'maestro-packed-')))
  const packed = await pack(folder)
  registry = await startRegistry(new Map(packed.map(({ name, tarball }) => [name, tarball])))
  project.provide('packed', packed)
  project.provide('registry', { url: registry.url, cache: join(folder, 'npm-cache') })
}

export async function teardown(): Promise<void> {
  await registry?.close()
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
}

async function pack(folder: string): Promise<readonly PackedPackage[]> {
  const { stdout } = await promisify(execFile)(
    'npm',
    ['pack', '--json', '--workspaces', '--pack-destination', folder],
    { cwd: join(import.meta.dirname, '../..'), maxBuffer: 1 << 26 },
  )
  // npm 11 gives a list, newer ones an object by name.
  const report = Object.values(
    JSON.parse(stdout) as Record<string, { name: string; filename: string; files: readonly { path: string }[] }>,
  )
  return report.map(({ name, filename, files }) => ({
    name,
    tarball: join(folder, filename),
    files: files.map(({ path }) => path),
  }))
}
