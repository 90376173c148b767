import { createRequire } from 'node:module'

/** The version of this package. */
export function version(): string {
  const manifest: unknown = createRequire(import.meta.url)('maestro-dataflow/package.json')
  return (manifest as { readonly version: string }).version
}
