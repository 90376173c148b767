import module from 'node:module'
import type { AnyNode, ArrayExpression, ObjectExpression, Program, Property } from 'acorn'
import { insertElement, lineBreakOf, splice } from './insert-element.js'

/**
 * Adds a plugin to the text of a config in TypeScript or JavaScript.
 *
 * @returns the new text, or undefined if the list of plugins is not written out in the file
 */
export async function addToScript(text: string, name: string): Promise<string | undefined> {
  const program = await parse(text)
  if (program === undefined) return undefined
  const config = resolve(defaultExport(program), program)
  if (config?.type !== 'ObjectExpression') return undefined
  const { properties } = config
  const index = properties.findLastIndex((one) => one.type === 'Property' && keyOf(one) === 'plugins')
  // What follows may hold another list, which would count in place of this one.
  if (!properties.slice(index + 1).every((one) => one.type === 'Property' && !one.computed)) return undefined
  const property = properties[index]
  if (property?.type !== 'Property') return addProperty(text, config, name)
  const list = resolve(property.value, program)
  if (list?.type !== 'ArrayExpression') return undefined
  if (holds(list, name, program)) return text
  const elements = list.elements.filter((element) => element !== null)
  const last = elements.findLast((element) => element.type === 'Literal')
  return insertElement(text, { ...list, elements }, quoted(text, name, last && text[last.start]))
}

/** The syntax tree. Types are replaced by spaces first, so that all positions are those of the text. */
async function parse(text: string): Promise<Program | undefined> {
  const { parse: parseScript } = await import('acorn')
  try {
    // The mark at the start of a file is no part of the script.
    const script = withoutTypes(text.replace(/^\uFEFF/, ' '))
    if (script.length !== text.length) return undefined
    return parseScript(script, { ecmaVersion: 'latest', sourceType: 'module' })
  } catch {
    return undefined
  }
}

/** Node announces the function as experimental on standard error, which is of no use to whoever adds a plugin. */
function withoutTypes(text: string): string {
  const { emitWarning } = process
  process.emitWarning = () => undefined
  try {
    return module.stripTypeScriptTypes(text, { mode: 'strip' })
  } finally {
    process.emitWarning = emitWarning
  }
}

/** What `export default`, `export { config as default }`, or `module.exports =` exports. */
function defaultExport({ body }: Program): AnyNode | undefined {
  for (const statement of body) {
    if (statement.type === 'ExportDefaultDeclaration') return statement.declaration
    if (statement.type === 'ExportNamedDeclaration' && !statement.source)
      for (const { local, exported } of statement.specifiers)
        if (exported.type === 'Identifier' && exported.name === 'default') return local
    if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'AssignmentExpression') continue
    const { left, right, operator } = statement.expression
    if (operator === '=' && isModuleExports(left)) return right
  }
  return undefined
}

function isModuleExports(node: AnyNode): boolean {
  if (node.type !== 'MemberExpression' || node.computed) return false
  const { object, property } = node
  return (
    object.type === 'Identifier' &&
    object.name === 'module' &&
    property.type === 'Identifier' &&
    property.name === 'exports'
  )
}

/** The value behind names and behind calls such as `defineConfig(...)`. */
function resolve(node: AnyNode | undefined, program: Program | undefined): AnyNode | undefined {
  if (node?.type === 'CallExpression') return resolve(node.arguments[0], program)
  if (node?.type !== 'Identifier') return node
  const declared = program?.body
    .map((statement) => (statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement))
    .flatMap((statement) => (statement?.type === 'VariableDeclaration' ? statement.declarations : []))
    .find(({ id }) => id.type === 'Identifier' && id.name === node.name)
  return declared?.init === node ? undefined : resolve(declared?.init ?? undefined, undefined)
}

function keyOf({ key, computed }: Property): unknown {
  if (computed) return undefined
  return key.type === 'Identifier' ? key.name : key.type === 'Literal' ? key.value : undefined
}

/** Whether a list has a plugin already: by its name or as an import, with or without options, perhaps in another list. */
function holds({ elements }: ArrayExpression, name: string, program: Program): boolean {
  return elements.some((element) => {
    if (element?.type === 'SpreadElement') {
      const other = resolve(element.argument, program)
      return other?.type === 'ArrayExpression' && holds(other, name, program)
    }
    const named = element?.type === 'ArrayExpression' ? element.elements[0] : element
    const callee = named?.type === 'CallExpression' ? named.callee : named
    if (callee?.type === 'Identifier') return importedFrom(callee.name, program) === name
    if (named?.type === 'TemplateLiteral') return named.quasis.length === 1 && named.quasis[0]?.value.cooked === name
    return named?.type === 'Literal' && named.value === name
  })
}

/** The module that a name is imported from. */
function importedFrom(local: string, { body }: Program): unknown {
  const statement = body.find(
    (one) => one.type === 'ImportDeclaration' && one.specifiers.some((specifier) => specifier.local.name === local),
  )
  return statement?.type === 'ImportDeclaration' ? statement.source.value : undefined
}

/** In the quotes of the element before, or else of the imports of the file. */
function quoted(text: string, name: string, beside?: string): string {
  const isQuote = beside === '"' || beside === "'"
  const quote = isQuote ? beside : (/\b(?:from|require\()\s*(['"])/.exec(text)?.[1] ?? "'")
  return `${quote}${name}${quote}`
}

function addProperty(text: string, { start, properties }: ObjectExpression, name: string): string {
  const property = `plugins: [${quoted(text, name)}]`
  const [first] = properties
  if (first === undefined) return splice(text, start + 1, ` ${property} `)
  const before = text.slice(start + 1, first.start)
  if (!before.includes('\n')) return splice(text, first.start, `${property}, `)
  const indent = /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', first.start) + 1))?.[0] ?? ''
  return splice(text, start + 1, `${lineBreakOf(text)}${indent}${property},`)
}
