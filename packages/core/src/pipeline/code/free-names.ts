import type { AnyNode, Pattern } from 'acorn'
import { childrenOf } from './parse-module.js'

export type FunctionNode = Extract<
  AnyNode,
  { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }
>

/** The names that a piece of code uses and does not declare. */
export function freeNames(node: AnyNode): ReadonlySet<string> {
  return namesOutside(node, () => true)
}

/** The names that a statement uses when it runs, and not those that functions in it use later. */
export function namesUsedAtOnce(node: AnyNode): ReadonlySet<string> {
  return namesOutside(node, (inner) => !isFunction(inner))
}

export const isFunction = (node: AnyNode): node is FunctionNode =>
  ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'].includes(node.type)

function namesOutside(node: AnyNode, enters: (node: AnyNode) => boolean): ReadonlySet<string> {
  const free = new Set<string>()
  const visit = (inner: AnyNode, bound: ReadonlySet<string>) => {
    if (inner.type === 'Identifier') {
      if (!bound.has(inner.name)) free.add(inner.name)
      return
    }
    if (!enters(inner)) return
    const known = new Set([...bound, ...declaredBy(inner)])
    for (const child of childrenOf(inner)) if (!isOnlyName(child, inner)) visit(child, known)
  }
  visit(node, new Set())
  return free
}

/** Whether a name is that of a property or a label, and not that of a value. */
function isOnlyName(child: AnyNode, parent: AnyNode): boolean {
  switch (parent.type) {
    case 'MemberExpression':
      return child === parent.property && !parent.computed
    case 'Property':
      return child === parent.key && !parent.computed && !parent.shorthand
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return child === parent.key && !parent.computed
    case 'LabeledStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
      return child === parent.label
    case 'MetaProperty':
      return true
    default:
      return false
  }
}

/** The names that are known inside a node because of it. */
export function declaredBy(node: AnyNode): readonly string[] {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression': {
      const own = node.type === 'FunctionExpression' && node.id ? [node.id.name] : []
      return [...own, ...parametersOf(node), ...(node.type === 'ArrowFunctionExpression' ? [] : ['arguments'])]
    }
    case 'ClassExpression':
    case 'ClassDeclaration':
      return node.id ? [node.id.name] : []
    case 'Program':
    case 'BlockStatement':
    case 'StaticBlock':
      return node.body.flatMap(declaredIn)
    case 'SwitchStatement':
      return node.cases.flatMap(({ consequent }) => consequent.flatMap(declaredIn))
    case 'ForStatement':
      return node.init?.type === 'VariableDeclaration' ? declaredIn(node.init) : []
    case 'ForInStatement':
    case 'ForOfStatement':
      return declaredIn(node.left)
    case 'CatchClause':
      return node.param ? namesIn(node.param) : []
    default:
      return []
  }
}

export const parametersOf = ({ params }: { readonly params: readonly Pattern[] }): readonly string[] =>
  params.flatMap(namesIn)

/** The names that a statement declares for those around it. */
export function declaredIn(statement: AnyNode): readonly string[] {
  switch (statement.type) {
    case 'VariableDeclaration':
      return statement.declarations.flatMap(({ id }) => namesIn(id))
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return statement.id ? [statement.id.name] : []
    case 'ExportNamedDeclaration':
    case 'ExportDefaultDeclaration':
      return statement.declaration ? declaredIn(statement.declaration) : []
    default:
      return []
  }
}

/** The names in a pattern of a declaration. */
export function namesIn(pattern: Pattern): readonly string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name]
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        namesIn(property.type === 'RestElement' ? property.argument : property.value),
      )
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element === null ? [] : namesIn(element)))
    case 'AssignmentPattern':
      return namesIn(pattern.left)
    case 'RestElement':
      return namesIn(pattern.argument)
    default:
      return []
  }
}
