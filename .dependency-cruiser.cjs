// Which file may import which. Rules are about what is loaded at run time: `import type` may look anywhere, and
// `await import()` may look forward (a derived `run()` brings the runner only when it is called).
const tests = '\\.test(-d)?\\.ts$'
const loadedAtOnce = { dependencyTypesNot: ['type-only', 'dynamic-import'] }

/** The folders of core in the order of the hops: each may import from its own line and those above it. */
const layers = [
  ['contracts', 'errors'],
  ['define', 'operator', 'media'],
  ['hooks', 'container', 'config', 'plugins', 'pipeline', 'provider', 'serving', 'builtin'],
  ['run'],
]
const inCore = (folders) => `^packages/core/src/(${folders.join('|')})/`
const outsideLayers = '^packages/core/src/[^/]+\\.ts$|^packages/core/src/compat/'

const layerRules = layers.map((layer, rank) => ({
  name: `core-${layer[0]}-looks-back-only`,
  comment: `${layer.join(', ')} may be imported by what comes later in the run, not the other way round.`,
  severity: 'error',
  from: { path: inCore(layer), pathNot: tests },
  to: {
    path: [...layers.slice(rank + 1).map(inCore), outsideLayers],
    ...loadedAtOnce,
  },
}))

/** A library that only one folder of core may know. */
const keptIn = (library, folder) => ({
  name: `only-${folder}-knows-${library}`,
  comment: `${library} can be replaced by changing packages/core/src/${folder}/ alone.`,
  severity: 'error',
  from: { path: '^(packages|examples)/', pathNot: `^packages/core/src/${folder}/` },
  to: { path: `(^|/)node_modules/(@types/)?${library}/|^${library}($|/)` },
})

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layerRules,
    keptIn('inversify', 'container'),
    keptIn('reflect-metadata', 'container'),
    keptIn('tapable', 'hooks'),
    keptIn('cosmiconfig', 'config'),
    {
      name: 'contracts-load-no-library',
      comment: 'Plugins import the contracts entry; it costs them nothing.',
      severity: 'error',
      from: { path: '^packages/core/src/((contracts|errors|define)/|index\\.ts$)', pathNot: tests },
      to: {
        path: ['node_modules/', '^[^./]'],
        pathNot: '^packages/',
        dependencyTypesNot: ['type-only', 'dynamic-import', 'core'],
      },
    },
    {
      name: 'contracts-entry-stays-light',
      comment:
        'index.ts exports contracts, errors, define, media, the provider kit and the serving plane, which import no third party; the rest is behind runtime.ts and compat.ts.',
      severity: 'error',
      from: { path: '^packages/core/src/index\\.ts$' },
      to: {
        path: '^packages/core/src/',
        pathNot: '^packages/core/src/(contracts|errors|define|operator|media|provider|serving)/',
        ...loadedAtOnce,
      },
    },
    {
      name: 'no-circle',
      comment: 'A circle of value imports makes the order of loading matter.',
      severity: 'error',
      from: { pathNot: '(^|/)node_modules/' },
      to: { circular: true, viaOnly: loadedAtOnce },
    },
    {
      name: 'core-knows-no-other-package',
      comment: 'Core depends on no plugin and on no provider.',
      severity: 'error',
      from: { path: '^packages/core/' },
      to: { path: ['^packages/(?!core/)', '^(@maestro-dataflow/(?!core)|maestro-dataflow)'] },
    },
    {
      name: 'no-plugin-knows-another',
      comment: 'A plugin depends on core and its own libraries. An operator asks for a serving by name.',
      severity: 'error',
      from: { path: '^packages/(plugin-[^/]+)/' },
      to: {
        path: ['^packages/(plugin-|cli/)', '^(@maestro-dataflow/plugin-|maestro-dataflow)'],
        pathNot: '^packages/$1/',
      },
    },
    {
      name: 'core-by-its-entries',
      comment: 'Others import @maestro-dataflow/core, /runtime or /compat.',
      severity: 'error',
      from: { pathNot: '^packages/core/' },
      to: {
        path: '^packages/core/',
        pathNot: '^packages/core/(dist/(index|runtime|compat)\\.(js|d\\.ts)|package\\.json)$',
      },
    },
    {
      name: 'no-source-of-another-package',
      comment: 'Packages see each other as users do: by name, built.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^packages/[^/]+/src/', pathNot: '^packages/$1/' },
    },
    {
      name: 'no-source-of-a-package-from-outside',
      comment: 'Examples, cross-package tests and benchmarks run against built packages.',
      severity: 'error',
      from: { pathNot: '^packages/' },
      to: { path: '^packages/[^/]+/src/' },
    },
    {
      name: 'no-missing-module',
      comment:
        'The import leads nowhere: a typing error, an unlisted dependency, or a path that `exports` does not offer.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'listed-in-own-manifest',
      comment: 'What a package imports stands in its own package.json, or the published package breaks.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: tests },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.check.json' },
    doNotFollow: { path: ['(^|/)node_modules/', '/dist/'] },
    exclude: { path: ['/__fixtures__/', '(^|/)\\.maestro/', '(^|/)out/'] },
    combinedDependencies: false,
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
}
