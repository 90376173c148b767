// Which file may import which. Core is a house of rooms, one above the other: type imports and dynamic imports count too.
const tests = '\\.test(-d)?\\.ts$'

/** The folders of core: each may import from those before it, and from no other. */
const rooms = [
  'errors',
  'contracts',
  'media',
  'provider',
  'define',
  'builtin',
  'serving',
  'config',
  'hooks',
  'plugins',
  'pipeline',
  'container',
  'types-file',
  'run',
  'operator',
  'isolation',
]
const inCore = (room) => `^packages/core/src/${room}/`
/** The entries of core, the map of a run, and the names of the seed stand on the roof. */
const roof = '^packages/core/src/[^/]+\\.ts$|^packages/core/src/compat/'

const roomRules = rooms.map((room, floor) => ({
  name: `core-${room}-looks-down-only`,
  comment: `${room} may import ${rooms.slice(0, floor).join(', ') || 'no other room'}.`,
  severity: 'error',
  from: { path: inCore(room), pathNot: [tests, '/__fixtures__/'] },
  to: { path: [...rooms.slice(floor + 1).map(inCore), roof] },
}))

/** A folder that is not in the list would escape the rules. */
const everyRoomListed = {
  name: 'core-room-is-listed',
  comment: 'Give a new folder of core its place in `rooms`.',
  severity: 'error',
  from: { path: `^packages/core/src/(?!(${rooms.join('|')}|compat|__fixtures__)/)[^/]+/` },
  to: {},
}

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
    ...roomRules,
    everyRoomListed,
    keptIn('inversify', 'container'),
    keptIn('reflect-metadata', 'container'),
    keptIn('tapable', 'hooks'),
    keptIn('cosmiconfig', 'config'),
    {
      name: 'contracts-load-no-library',
      comment: 'Plugins import the contracts entry; it costs them nothing but zod, of which options are made.',
      severity: 'error',
      from: { path: '^packages/core/src/((contracts|errors|define)/|index\\.ts$)', pathNot: tests },
      to: {
        path: ['node_modules/', '^[^./]'],
        pathNot: '^packages/|node_modules/zod/|^zod$',
        dependencyTypesNot: ['type-only', 'dynamic-import', 'core'],
      },
    },
    {
      name: 'contracts-entry-stays-light',
      comment:
        'index.ts exports contracts, errors, define, media, the provider kit and the serving plane, which import no third party but zod; the rest is behind runtime.ts and compat.ts.',
      severity: 'error',
      from: { path: '^packages/core/src/index\\.ts$' },
      to: {
        path: '^packages/core/src/',
        pathNot: '^packages/core/src/(contracts|errors|define|operator|media|provider|serving)/',
        dependencyTypesNot: ['type-only', 'dynamic-import'],
      },
    },
    {
      name: 'no-circle',
      comment: 'Files that import each other, be it by a type or later, are one idea in several files.',
      severity: 'error',
      from: { pathNot: ['(^|/)node_modules/', tests] },
      to: { circular: true },
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
        pathNot:
          '^packages/core/((lib/(index|runtime|compat)\\.js|dist/(index|runtime|compat)\\.d\\.ts)|package\\.json)$',
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
    doNotFollow: { path: ['(^|/)node_modules/', '/dist/', '^packages/[^/]+/lib/'] },
    exclude: { path: ['/__fixtures__/', '(^|/)\\.maestro/', '(^|/)out/'] },
    combinedDependencies: false,
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
}
