import { createRequire } from 'node:module'
import { basename } from 'node:path'
import { version } from '../version.js'

/** The packages with which projects check types. */
export const developmentPackages = { '@types/node': '^24.19.2', typescript: '~6.0.3' } as const

/**
 * The package.json of a new project. The packages have the version of this command.
 *
 * @param others Packages of others, with their versions.
 */
export function packageJson(
  directory: string,
  plugins: readonly string[],
  template: string,
  others: Readonly<Record<string, string>> = {},
): string {
  const own = `^${version()}`
  const dependencies = Object.fromEntries([
    ...['@maestro-dataflow/core', ...plugins].map((name) => [name, own]),
    ['maestro-dataflow', own],
    ...Object.entries(others),
    ...(template === 'ai' ? [['zod', zodVersion()]] : []),
  ])
  const manifest = {
    name: packageName(directory),
    private: true,
    type: 'module',
    engines: { node: '>=22.18' },
    scripts: {
      start: startCommands(template).join(' && '),
      types: 'maestro types',
      check: 'tsc --noEmit',
      doctor: 'maestro doctor',
    },
    dependencies,
    devDependencies: developmentPackages,
  }
  return `${JSON.stringify(manifest, null, 2)}\n`
}

/** The commands that show what a new project does. */
export function startCommands(template: string): readonly string[] {
  return template === 'rag' ? ['maestro run index', 'maestro run answers'] : ['maestro run hello']
}

/** The zod version that core uses, so that core recognizes the project's schemas. */
export function zodVersion(): string {
  const core = createRequire(import.meta.url)('@maestro-dataflow/core/package.json') as {
    readonly dependencies: { readonly zod: string }
  }
  return `^${core.dependencies.zod}`
}

/** A valid npm package name, derived from the name of the folder. */
function packageName(directory: string): string {
  const name = basename(directory)
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|[._-]+$/g, '')
  return name === '' ? 'maestro-project' : name
}
