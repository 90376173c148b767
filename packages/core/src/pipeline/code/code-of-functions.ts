import { readFileSync } from 'node:fs'
import {
  type CodeParts,
  filesBehind,
  hasComputedImport,
  hashesOf,
  hashOfText,
  importsIn,
  isModule,
  moduleHashes,
  modulesBeside,
  nameOf,
} from './module-hashes.js'
import { ModuleScope, type UsedCode } from './module-scope.js'
import { parseModule } from './parse-module.js'
import { resolveImport } from './resolve-import.js'

/** What some functions use besides their own text. */
export interface FunctionCode {
  readonly parts: CodeParts
  /** The files with imports that are computed when they run, so that a change to what they import is not seen. */
  readonly unseen: readonly string[]
}

/** Tells what the functions use that come from a module: declarations beside them, files of the project, and packages. */
export class CodeOfFunctions {
  readonly #entry: string
  readonly #directory: string
  readonly #scopes = new Map<string, { readonly scope: ModuleScope | undefined; readonly text: string }>()

  constructor(entry: string, directory: string) {
    this.#entry = entry
    this.#directory = directory
  }

  /** What functions and classes use, by their source text. */
  behind(functions: readonly unknown[]): FunctionCode {
    if (functions.length === 0 || !isModule(this.#entry)) return { parts: {}, unseen: [] }
    const parts = Object.assign({}, this.#effectsOfImports(), ...functions.map((one) => this.#behind(String(one))))
    const texts = Object.keys(parts).flatMap((name) => (name.startsWith('the file ') ? [name.slice(9)] : []))
    const own = functions.some((one) => hasComputedImport(String(one))) ? [nameOf(this.#entry, this.#directory)] : []
    return { parts, unseen: [...new Set([...own, ...texts.filter((name) => this.#isUnclear(name))])] }
  }

  #behind(text: string): CodeParts {
    // A function of JavaScript itself. One that `bind` has made has no name.
    if (/^function \w+\(\) \{ \[native code\] \}$/.test(text)) return {}
    const { scope } = this.#module(this.#entry)
    if (scope === undefined) return this.#everything()
    const used = scope.usedBy(text)
    if (used !== undefined) return used.isUnclear ? this.#everything() : this.#partsOf(used, text)
    const files = this.#projectFiles()
    const holding = files.filter((file) => this.#module(file).text.includes(text))
    if (holding.length === 0) return this.#isOfPackage(text) ? {} : this.#everything()
    const behind = hashesOf(filesBehind(...holding), this.#directory)
    if (holding.every((file) => this.#module(file).scope?.isAtTopLevel(text) === true)) return behind
    // What made the function has given it values: they are in its call.
    const calls = scope.callsOf(this.#sourcesOf(holding))
    return calls.texts.size === 0 || calls.isUnclear ? this.#everything() : { ...behind, ...this.#partsOf(calls, '') }
  }

  /**
   * Whether a class comes from a package, which has a version. A function of a package may have been made from functions
   * of the project.
   */
  #isOfPackage(text: string): boolean {
    const name = /^class\s+([\w$]+)/.exec(text)?.[1]
    const isClass = new RegExp(`\\bclass\\s+${name?.replaceAll('$', '\\$')}\\b`)
    return (
      name !== undefined &&
      ![this.#entry, ...this.#projectFiles()].some((file) => isClass.test(this.#module(file).text))
    )
  }

  /** All that the module consists of: it cannot be told what is used. */
  #everything(): CodeParts {
    return moduleHashes(this.#entry, this.#directory)
  }

  #partsOf({ texts, imports }: UsedCode, own: string): CodeParts {
    const entry = nameOf(this.#entry, this.#directory)
    const declared = [...texts].map(([name, found]) => [
      `${name === 'calls' ? 'a call' : name} in ${entry}`,
      hashOfText([...found].join('\n')),
    ])
    const used = [own, ...[...texts.values()].flatMap((found) => [...found])]
    return {
      ...Object.fromEntries(declared),
      ...this.#hashesOfImports(new Set([...imports, ...used.flatMap(importsIn)])),
      ...hashesOf(filesBehind(...used.flatMap((text) => modulesBeside(text, this.#entry))), this.#directory),
    }
  }

  /** Modules that are imported without a name are run, and may change anything. */
  #effectsOfImports(): CodeParts {
    const { text } = this.#module(this.#entry)
    return this.#hashesOfImports(
      new Set([...text.matchAll(/^\s*import\s*(['"])([^'"\n]+)\1/gm)].map(([, , name = '']) => name)),
    )
  }

  #hashesOfImports(names: ReadonlySet<string>): CodeParts {
    const found = [...names].flatMap((name) => resolveImport(name, this.#entry) ?? [])
    const packages = found.flatMap((one) => ('package' in one ? [[`the package ${one.package}`, one.version]] : []))
    const files = found.flatMap((one) => ('path' in one ? [one.path] : []))
    return { ...Object.fromEntries(packages), ...hashesOf(filesBehind(...files), this.#directory) }
  }

  /** The modules of the project that the module imports, directly or not. */
  #projectFiles(): readonly string[] {
    return [...filesBehind(this.#entry).values()].flatMap((found) =>
      'path' in found && found.path !== this.#entry && isModule(found.path) ? [found.path] : [],
    )
  }

  /** What the module names to import some files, directly or not. */
  #sourcesOf(files: readonly string[]): ReadonlySet<string> {
    const names = importsIn(this.#module(this.#entry).text)
    return new Set(
      names.filter((name) => {
        const found = resolveImport(name, this.#entry)
        if (found === undefined || 'package' in found) return false
        const behind = filesBehind(found.path)
        return files.some((file) => behind.has(file))
      }),
    )
  }

  #module(file: string) {
    const known = this.#scopes.get(file)
    if (known !== undefined) return known
    const given = readFileSync(file, 'utf8')
    const parsed = parseModule(given)
    const scope = parsed && new ModuleScope(parsed, (source) => source.startsWith('@maestro-dataflow/'))
    const module = { scope, text: parsed?.text ?? given }
    this.#scopes.set(file, module)
    return module
  }

  #isUnclear(name: string): boolean {
    return isModule(name) && hasComputedImport(readFileSync(`${this.#directory}/${name}`, 'utf8'))
  }
}
