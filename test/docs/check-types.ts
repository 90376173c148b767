import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import ts from 'typescript'

/** As strict as a project may be: what checks here checks in every project. */
const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2024,
  lib: ['lib.es2024.d.ts', 'lib.esnext.array.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
}

/** Declaration files are the same for all pages: parsed once. */
const parsed = new Map<string, ts.SourceFile | undefined>()

/** What the compiler says about the TypeScript files of a folder, as one program. */
export function checkTypes(folder: string): ReadonlyMap<string, readonly string[]> {
  const { program, files } = programOf(folder)
  const faults = new Map<string, string[]>(files.map((file) => [file, []]))
  for (const { file, start, messageText } of ts.getPreEmitDiagnostics(program)) {
    const name = file === undefined ? 'the program' : relative(folder, file.fileName)
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line + 1
    const said = `${name}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
    faults.set(name, [...(faults.get(name) ?? []), said])
  }
  return faults
}

/** How many types the compiler instantiates to check a folder: the cost of its types, whatever the machine. */
export function countInstantiations(folder: string): number {
  const { program } = programOf(folder)
  ts.getPreEmitDiagnostics(program)
  return program.getInstantiationCount()
}

function programOf(folder: string): { readonly program: ts.Program; readonly files: readonly string[] } {
  writeEnvironment(folder)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.startsWith('node_modules'),
  )
  const rootNames = files.map((file) => join(folder, file))
  return { program: ts.createProgram({ rootNames, options, host: hostFor(folder) }), files }
}

/** What `maestro types` writes for a project that names every plugin; a page that shows its own keeps it. */
function writeEnvironment(folder: string): void {
  const path = join(folder, 'maestro-env.d.ts')
  if (existsSync(path)) return
  const plugins = readdirSync(join(folder, 'node_modules/@maestro-dataflow')).filter((name) =>
    name.startsWith('plugin-'),
  )
  const imports = plugins.sort().map((name) => `import type {} from '@maestro-dataflow/${name}'`)
  writeFileSync(path, `${imports.join('\n')}\n`)
}

function hostFor(folder: string): ts.CompilerHost {
  const host = ts.createCompilerHost(options)
  host.getCurrentDirectory = () => folder
  const parse = host.getSourceFile.bind(host)
  host.getSourceFile = (name, language, ...rest) => {
    if (!name.endsWith('.d.ts') || name.startsWith(folder)) return parse(name, language, ...rest)
    if (!parsed.has(name)) parsed.set(name, parse(name, language, ...rest))
    return parsed.get(name)
  }
  return host
}
