import { createRequire } from 'node:module'

const core = '@maestro-dataflow/core'

/** The version of this copy of core. */
export function coreVersion(): string {
  return (createRequire(import.meta.url)(`${core}/package.json`) as { readonly version: string }).version
}

/** The versions of core for which a package was made, from its peer dependencies. */
export function coreRangeOf(manifest: { readonly peerDependencies?: unknown }): string | undefined {
  const range = (manifest.peerDependencies as Readonly<Record<string, unknown>> | undefined)?.[core]
  return typeof range === 'string' ? range : undefined
}

/** A sentence if a package was made for other versions of core than this one. */
export async function otherCore(range: string | undefined, version = coreVersion()): Promise<string | undefined> {
  if (range === undefined) return undefined
  const { default: satisfies } = await import('semver/functions/satisfies.js')
  if (satisfies(version, range, { includePrerelease: true })) return undefined
  // Such as `workspace:*`, which is no range before the package is packed.
  const { default: validRange } = await import('semver/ranges/valid.js')
  if (validRange(range) === null) return undefined
  return `It was made for ${core} ${range}, but ${version} is installed.`
}
