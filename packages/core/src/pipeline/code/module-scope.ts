import type { AnyNode, CallExpression, ImportDeclaration } from 'acorn'
import {
  declaredBy,
  declaredIn,
  type FunctionNode,
  freeNames,
  isFunction,
  namesUsedAtOnce,
  parametersOf,
} from './free-names.js'
import { childrenOf, type ParsedModule } from './parse-module.js'

/** A piece of code, and the nodes around it, the outermost first. */
interface Place {
  readonly node: AnyNode
  readonly around: readonly AnyNode[]
}

/** What a piece of code uses outside itself. */
export interface UsedCode {
  /** The text of the declarations and calls of the module, by name. */
  readonly texts: ReadonlyMap<string, ReadonlySet<string>>
  /** What the module has to import for it. */
  readonly imports: ReadonlySet<string>
  /** Whether it cannot be told what it uses, so that all counts. */
  readonly isUnclear: boolean
}

/** Finds what functions of a module use: declarations around them, and what the module imports. */
export class ModuleScope {
  readonly #text: string
  readonly #program: AnyNode
  readonly #statements: readonly AnyNode[]
  /** Functions, methods, and classes by their text. */
  readonly #pieces = new Map<string, Place[]>()
  readonly #calls: Place[] = []
  readonly #imports = new Map<string, string>()
  readonly #isOfFramework: (name: string) => boolean

  constructor({ program, text }: ParsedModule, isOfFramework: (source: string) => boolean) {
    this.#text = text
    this.#program = program
    this.#statements = program.body
    this.#isOfFramework = (name) => isOfFramework(this.#imports.get(name) ?? '')
    for (const statement of program.body) if (statement.type === 'ImportDeclaration') this.#addImport(statement)
    this.#index(program, [])
  }

  /** What a function or a class uses; undefined if it is not written in this module. */
  usedBy(text: string): UsedCode | undefined {
    const places = this.#pieces.get(text)
    if (places === undefined) return undefined
    const use = new Use()
    for (const place of places) this.#follow(place, use)
    return use
  }

  /** Whether a function of the module can use only what stands at its top level. */
  isAtTopLevel(text: string): boolean {
    return (this.#pieces.get(text) ?? []).every(({ around }) => !around.some(isFunction))
  }

  /** The calls of what is imported from some modules, with all that they use: a function may be made by one. */
  callsOf(sources: ReadonlySet<string>): UsedCode {
    const use = new Use()
    for (const { node, around } of this.#calls) {
      const [name] = freeNames((node as CallExpression).callee)
      const source = name === undefined ? undefined : this.#imports.get(name)
      if (name === undefined || source === undefined || !sources.has(source)) continue
      use.add(name, this.#textOf(node))
      this.#follow({ node, around }, use)
    }
    return use
  }

  #addImport({ source, specifiers }: ImportDeclaration): void {
    for (const { local } of specifiers) this.#imports.set(local.name, String(source.value))
  }

  #index(node: AnyNode, around: readonly AnyNode[]): void {
    if (isFunction(node) || isClass(node) || node.type === 'MethodDefinition' || node.type === 'Property') {
      const text = this.#textOf(node)
      this.#pieces.set(text, [...(this.#pieces.get(text) ?? []), { node, around }])
    }
    if (node.type === 'CallExpression' || node.type === 'NewExpression' || node.type === 'TaggedTemplateExpression')
      this.#calls.push({ node, around })
    const inner = [...around, node]
    for (const child of childrenOf(node)) this.#index(child, inner)
  }

  #follow({ node, around }: Place, use: Use): void {
    for (const name of freeNames(node)) this.#followName(name, around, use)
  }

  #followName(name: string, around: readonly AnyNode[], use: Use): void {
    const depth = around.findLastIndex((outer) => declaredBy(outer).includes(name))
    const declaring = around[depth]
    if (declaring === undefined || declaring.type === 'Program') {
      const source = this.#imports.get(name)
      if (source !== undefined) use.imports.add(source)
      else this.#followStatements(name, this.#statements, [this.#program], use)
    } else if (isFunction(declaring) && parametersOf(declaring).includes(name))
      this.#followParameter(declaring, around.slice(0, depth), use)
    else if ('right' in declaring) {
      // The values of a loop.
      if (use.add(name, this.#textOf(declaring.right)))
        this.#follow({ node: declaring.right, around: around.slice(0, depth) }, use)
    } else this.#followStatements(name, childrenOf(declaring), around.slice(0, depth + 1), use)
  }

  /** The declaration of a name, and what else is done with it beside the declaration. */
  #followStatements(name: string, statements: readonly AnyNode[], around: readonly AnyNode[], use: Use): void {
    for (const node of statements) {
      const declared = declaredIn(node)
      const mayChange = declared.length === 0 && isOrder(node) && namesUsedAtOnce(node).has(name)
      if (!declared.includes(name) && !mayChange) continue
      if (use.add(name, this.#textOf(node))) this.#follow({ node, around }, use)
    }
  }

  /** A parameter of a function around: its values are in the calls of the function. */
  #followParameter(declaring: FunctionNode, around: readonly AnyNode[], use: Use): void {
    const parent = around.at(-1)
    if (parent?.type === 'CallExpression') {
      const [name, ...others] = freeNames(parent.callee)
      // The parameters of a pipeline are a part of the fingerprint by themselves.
      if (name !== undefined && others.length === 0 && this.#isOfFramework(name)) return
      for (const node of [parent.callee, ...parent.arguments].filter((part) => part !== declaring))
        if (use.add('calls', this.#textOf(node))) this.#follow({ node, around }, use)
      return
    }
    const name = nameOfFunction(declaring, parent)
    if (name === undefined) {
      use.isUnclear = true
      return
    }
    for (const call of this.#calls) {
      const { callee } = call.node as CallExpression
      if (callee?.type !== 'Identifier' || callee.name !== name) continue
      if (use.add(name, this.#textOf(call.node))) this.#follow(call, use)
    }
  }

  readonly #textOf = ({ start, end }: AnyNode): string => this.#text.slice(start, end)
}

class Use implements UsedCode {
  readonly texts = new Map<string, Set<string>>()
  readonly imports = new Set<string>()
  isUnclear = false

  /** @returns whether it is new */
  add(name: string, text: string): boolean {
    const known = this.texts.get(name) ?? new Set()
    if (known.has(text)) return false
    this.texts.set(name, known.add(text))
    return true
  }
}

const isClass = ({ type }: AnyNode): boolean => type === 'ClassDeclaration' || type === 'ClassExpression'
/** Whether a statement does something, and is not what the module exports. */
const isOrder = (node: AnyNode): boolean =>
  node.type === 'ExpressionStatement'
    ? node.expression.type !== 'AssignmentExpression' || !freeNames(node.expression.left).has('module')
    : /^(If|For|ForIn|ForOf|While|DoWhile|Try|Switch)Statement$/.test(node.type)

function nameOfFunction(node: FunctionNode, parent: AnyNode | undefined): string | undefined {
  if (node.id) return node.id.name
  return parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier' ? parent.id.name : undefined
}
