import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

/** Something that a file declares and exports. */
interface Declared {
  readonly name: string
  readonly isType: boolean
  readonly hasComment: boolean
}

/** What a file declares and exports, and the files whose exports it passes on: all of them, or those named. */
interface FileExports {
  readonly declared: readonly Declared[]
  readonly passedOn: readonly { readonly from: string; readonly names?: ReadonlyMap<string, string> }[]
}

const read = new Map<string, FileExports>()

function exportsOf(file: string): FileExports {
  const known = read.get(file)
  if (known !== undefined) return known
  const declared: Declared[] = []
  const passedOn: FileExports['passedOn'][number][] = []
  const { statements } = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
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
    } else declared.push(...declaredBy(statement))
  }
  // One comment is enough for all overloads of a function.
  const commented = new Set(declared.filter(({ hasComment }) => hasComment).map(({ name }) => name))
  const found = { declared: declared.map((one) => ({ ...one, hasComment: commented.has(one.name) })), passedOn }
  read.set(file, found)
  return found
}

function declaredBy(statement: ts.Statement): readonly Declared[] {
  const isExported =
    ts.canHaveModifiers(statement) &&
    ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true
  if (!isExported) return []
  // Tags alone say nothing to whoever meets a name for the first time.
  const hasComment = ts.getJSDocCommentsAndTags(statement).some(({ comment }) => ts.getTextOfJSDocComment(comment))
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) =>
      ts.isIdentifier(name) ? [{ name: name.text, isType: false, hasComment }] : [],
    )
  const isType =
    ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement) || ts.isClassDeclaration(statement)
  if (!isType && !ts.isFunctionDeclaration(statement)) return []
  return statement.name === undefined ? [] : [{ name: statement.name.text, isType, hasComment }]
}

/** What a file exports by name, each with the place of its declaration. */
function allExports(file: string): ReadonlyMap<string, Declared & { readonly place: string }> {
  const { declared, passedOn } = exportsOf(file)
  const found = new Map<string, Declared & { readonly place: string }>(
    declared.map((one) => [one.name, { ...one, place: `${relative(root, file)}#${one.name}` }]),
  )
  for (const { from, names } of passedOn) {
    for (const [name, one] of allExports(from)) {
      const exported = names === undefined ? name : names.get(name)
      if (exported !== undefined) found.set(exported, one)
    }
  }
  return found
}

const exportedTypes = (file: string) =>
  [...allExports(file)].filter(([, { isType }]) => isType).map(([name, { place }]) => [name, place] as const)

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
    exportsOf(file)
      .declared.filter(({ isType }) => isType)
      .map(({ name }) => [name, `${relative(root, file)}#${name}`] as const)
  expect(files.length).toBeGreaterThan(200)
  expect(ambiguous(files, declared)).toEqual({})
})

test('every export of a package has a comment', () => {
  const exported = entries().flatMap((file) => [...allExports(file).values()])
  expect(exported.length).toBeGreaterThan(1000)
  expect(exported.filter(({ hasComment }) => !hasComment).map(({ place }) => place)).toEqual([])
})
