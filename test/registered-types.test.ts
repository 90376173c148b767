// Each contribution of each plugin must be in the type registry of its kind: the editor would not know it otherwise.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

/** The registry of each kind of contribution. Those of definitions hold their `typeof`, which has a name of its own. */
const registries = {
  operators: { registry: 'Operators', holdsDefinitions: true },
  prompts: { registry: 'Prompts', holdsDefinitions: true },
  storages: { registry: 'Storages', holdsDefinitions: true },
  servings: { registry: 'ServingTypes', holdsDefinitions: false },
  vectorStores: { registry: 'VectorStoreTypes', holdsDefinitions: false },
  caches: { registry: 'CacheTypes', holdsDefinitions: false },
  executors: { registry: 'ExecutorTypes', holdsDefinitions: false },
  tableEngines: { registry: 'TableEngineTypes', holdsDefinitions: false },
} as const
type Kind = keyof typeof registries

interface Manifest {
  readonly name: string
  readonly maestro?: { readonly contributes?: { readonly [K in Kind]?: Readonly<Record<string, string>> } }
}

const manifests = globSync('packages/plugin-*/package.json', { cwd: root }).map(
  (path) => JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest,
)
const registered = registeredTypes(manifests.map(({ name }) => name))

/** The names in each registry, each with the name that its type says, as a project that imports the packages sees them. */
function registeredTypes(
  packages: readonly string[],
): Readonly<Record<string, ReadonlyMap<string, string | undefined>>> {
  const entry = join(root, 'test/registries.ts')
  const imports = packages.map((name) => `import type {} from '${name}'`)
  const exports = Object.values(registries).map(
    ({ registry }) => `export declare const ${registry}: import('@maestro-dataflow/core').${registry}`,
  )
  const settings: ts.CompilerOptions = {
    strict: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ESNext,
    skipLibCheck: true,
    noEmit: true,
    types: ['node'],
  }
  const host = ts.createCompilerHost(settings)
  const [getSourceFile, fileExists] = [host.getSourceFile.bind(host), host.fileExists.bind(host)]
  host.fileExists = (path) => path === entry || fileExists(path)
  host.getSourceFile = (path, ...rest) =>
    path === entry
      ? ts.createSourceFile(path, [...imports, ...exports].join('\n'), rest[0])
      : getSourceFile(path, ...rest)
  const program = ts.createProgram([entry], settings, host)
  const checker = program.getTypeChecker()
  const file = program.getSourceFile(entry)
  const symbol = file && checker.getSymbolAtLocation(file)
  return Object.fromEntries(
    (symbol === undefined ? [] : checker.getExportsOfModule(symbol)).map((one) => [
      one.name,
      new Map(checker.getPropertiesOfType(checker.getTypeOfSymbol(one)).map((member) => [member.name, nameIn(member)])),
    ]),
  )

  function nameIn(member: ts.Symbol): string | undefined {
    const name = checker.getTypeOfSymbol(member).getProperty('name')
    const type = name && checker.getTypeOfSymbol(name)
    return type?.isStringLiteral() === true ? type.value : undefined
  }
}

test.each(manifests)('what $name contributes is in the type registries', ({ maestro }) => {
  const unknown = (Object.keys(registries) as Kind[]).flatMap((kind) => {
    const { registry, holdsDefinitions } = registries[kind]
    return Object.keys(maestro?.contributes?.[kind] ?? {}).filter((name) => {
      const known = registered[registry]
      return known?.has(name) !== true || (holdsDefinitions && known.get(name) !== name)
    })
  })
  expect(unknown, 'register it by its typeof, see CONTRIBUTING.md').toEqual([])
})

test('the type registries of definitions hold nothing else', () => {
  for (const kind of ['operators', 'prompts', 'storages'] as const) {
    const contributed = manifests.flatMap(({ maestro }) => Object.keys(maestro?.contributes?.[kind] ?? {}))
    expect([...(registered[registries[kind].registry]?.keys() ?? [])].toSorted()).toEqual(contributed.toSorted())
  }
})
