import { developmentPackages, version, zodVersion } from 'maestro-dataflow/init'
import { type PluginKind, type PluginKindFacts, pluginKinds } from './plugin-kinds.js'
import { named, type PluginNames } from './plugin-names.js'

/** The test runner of a new plugin. */
export const vitest = '^5.1.1'

/** The package.json of a new plugin. Its development packages have the version of this command. */
export function packageJson(kind: PluginKind, names: PluginNames): string {
  const { manifest, summary }: PluginKindFacts = pluginKinds[kind]
  const own = `^${version()}`
  const content = {
    name: names.packageName,
    version: '0.1.0',
    description: `A plugin of MaestroDataflow: ${summary}`,
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    keywords: ['maestro-plugin'],
    engines: { node: '>=22.18' },
    exports: {
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      './package.json': './package.json',
    },
    files: ['dist'],
    scripts: {
      build: 'tsc',
      test: 'tsc && tsc -p tsconfig.test.json && vitest run',
      manifest: 'tsc && maestro plugin check --write',
      check: 'tsc && maestro plugin check',
      prepublishOnly: 'npm test && npm run check',
    },
    maestro: JSON.parse(named(JSON.stringify({ apiVersion: 1, ...manifest }), names)),
    dependencies: { zod: zodVersion() },
    // The project that uses the plugin brings core, so that both share one copy.
    peerDependencies: { '@maestro-dataflow/core': peerRange(version()) },
    devDependencies: {
      '@maestro-dataflow/core': own,
      '@maestro-dataflow/testkit': own,
      ...developmentPackages,
      'maestro-dataflow': own,
      vitest,
    },
  }
  return `${JSON.stringify(content, null, 2)}\n`
}

/** The versions of core with the same plugin interface: everything before the next major version. */
function peerRange(current: string): string {
  return `>=${current} <${Number(current.split('.')[0]) + 1}.0.0`
}
