import { createRequire } from 'node:module'
import { basename } from 'node:path'
import { version } from '../version.js'

/** What projects type-check with. */
export const developmentPackages = { '@types/node': '^24.19.2', typescript: '~6.0.3' } as const

/** The package.json of a new project; the packages are of this command's version. */
export function packageJson(directory: string, plugins: readonly string[], plain: boolean): string {
  const own = `^${version()}`
  const dependencies = Object.fromEntries([
    ...['@maestro-dataflow/core', ...plugins].map((name) => [name, own]),
    ['maestro-dataflow', own],
    ...(plain ? [] : [['zod', zodVersion()]]),
  ])
  const manifest = {
    name: packageName(directory),
    private: true,
    type: 'module',
    engines: { node: '>=22.18' },
    scripts: { start: 'maestro run hello', types: 'maestro types', check: 'tsc --noEmit', doctor: 'maestro doctor' },
    dependencies,
    devDependencies: developmentPackages,
  }
  return `${JSON.stringify(manifest, null, 2)}\n`
}

/** The zod that core is made with: schemas of one copy are known to the other. */
function zodVersion(): string {
  const core = createRequire(import.meta.url)('@maestro-dataflow/core/package.json') as {
    readonly dependencies: { readonly zod: string }
  }
  return `^${core.dependencies.zod}`
}

/** A name that npm takes, from the folder's. */
function packageName(directory: string): string {
  const name = basename(directory)
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|[._-]+$/g, '')
  return name === '' ? 'maestro-project' : name
}
