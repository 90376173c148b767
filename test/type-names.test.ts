import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

/** The types that a file declares and exports, and the files whose types it passes on: all of them, or those named. */
interface TypeExports {
  readonly declared: readonly string[]
  readonly passedOn: readonly { readonly from: string; readonly names?: ReadonlyMap<string, string> }[]
}

function typeExportsOf(file: string): TypeExports {
  const declared: string[] = []
  const passedOn: TypeExports['passedOn'][number][] = []
  const { statements } = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest)
  for (const statement of statements) {
    if (ts.isExportDeclaration(statement)) {
      const { moduleSpecifier, exportClause } = statement
      if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) continue
      if (!moduleSpecifier.text.startsWith('.')) continue
      const from = resolve(dirname(file), moduleSpecifier.text.replace(/\.js$/, '.ts'))
      if (exportClause === undefined) passedOn.push({ from })
      else if (ts.isNamedExports(exportClause)) {
        const names = exportClause.elements.map(
          ({ name, propertyName }) => [(propertyName ?? name).text, name.text] as const,
        )
        passedOn.push({ from, names: new Map(names) })
      }
    } else if (
      (ts.isInterfaceDeclaration(statement) ||
        ts.isTypeAliasDeclaration(statement) ||
        ts.isClassDeclaration(statement)) &&
      statement.name !== undefined &&
      statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true
    ) {
      declared.push(statement.name.text)
    }
  }
  return { declared, passedOn }
}

/** The types that a file exports by name, each with the place of its declaration. */
function exportedTypes(file: string): ReadonlyMap<string, string> {
  const { declared, passedOn } = typeExportsOf(file)
  const found = new Map(declared.map((name) => [name, `${relative(root, file)}#${name}`]))
  for (const { from, names } of passedOn) {
    for (const [name, place] of exportedTypes(from)) {
      const exported = names === undefined ? name : names.get(name)
      if (exported !== undefined) found.set(exported, place)
    }
  }
  return found
}

/** The names that stand for more than one declaration. */
function ambiguous(files: readonly string[], typesOf: (file: string) => Iterable<readonly [string, string]>) {
  const places = new Map<string, Set<string>>()
  for (const file of files) {
    for (const [name, place] of typesOf(file)) places.set(name, (places.get(name) ?? new Set()).add(place))
  }
  return Object.fromEntries([...places].filter(([, { size }]) => size > 1).map(([name, all]) => [name, [...all]]))
}

/** The files that the entries of all packages are built from. */
function entries(): readonly string[] {
  return globSync('packages/*/package.json', { cwd: root }).flatMap((manifest) => {
    const { exports = {} } = JSON.parse(readFileSync(join(root, manifest), 'utf8')) as {
      readonly exports?: Readonly<Record<string, { readonly types?: string } | string>>
    }
    return Object.values(exports)
      .map((entry) => (typeof entry === 'string' ? undefined : entry.types))
      .filter((types) => types !== undefined)
      .map((types) => join(root, dirname(manifest), types.replace('./dist/', 'src/').replace(/\.d\.ts$/, '.ts')))
  })
}

test('the packages export no two types of one name', () => {
  const files = entries()
  expect(files.length).toBeGreaterThan(15)
  expect(ambiguous(files, exportedTypes)).toEqual({})
})

test('the files of core export no two types of one name', () => {
  const files = globSync('packages/core/src/**/*.ts', { cwd: root })
    .filter((file) => !/\.test(-d)?\.ts$|__fixtures__/.test(file))
    .map((file) => join(root, file))
  const declared = (file: string) =>
    typeExportsOf(file).declared.map((name) => [name, `${relative(root, file)}#${name}`] as const)
  expect(files.length).toBeGreaterThan(200)
  expect(ambiguous(files, declared)).toEqual({})
})
