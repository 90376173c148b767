import module from 'node:module'
import type { AnyNode, ArrayExpression, ObjectExpression, Program } from 'acorn'
import { insertElement, splice } from './insert-element.js'

/**
 * Adds a plugin to the text of a config in TypeScript or JavaScript.
 *
 * @returns the new text, or undefined if the list of plugins is not written out in the file
 */
export async function addToScript(text: string, name: string): Promise<string | undefined> {
  const program = await parse(text)
  const config = program && resolve(defaultExport(program), program)
  if (config?.type !== 'ObjectExpression') return undefined
  const property = config.properties.find(
    (one) => one.type === 'Property' && !one.computed && keyOf(one.key) === 'plugins',
  )
  if (property?.type !== 'Property') return addProperty(text, config, name)
  const list = resolve(property.value, program)
  if (list?.type !== 'ArrayExpression') return undefined
  if (holds(list, name)) return text
  const elements = list.elements.filter((element) => element !== null)
  return insertElement(text, { ...list, elements }, quoted(text, name))
}

/** The syntax tree. Types are replaced by spaces first, so that all positions are those of the text. */
async function parse(text: string): Promise<Program | undefined> {
  const { parse: parseScript } = await import('acorn')
  try {
    const script = withoutTypes(text)
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

function defaultExport({ body }: Program): AnyNode | undefined {
  const statement = body.find(({ type }) => type === 'ExportDefaultDeclaration')
  return statement?.type === 'ExportDefaultDeclaration' ? statement.declaration : undefined
}

/** The value behind names and behind calls such as `defineConfig(...)`. */
function resolve(node: AnyNode | undefined, program: Program | undefined): AnyNode | undefined {
  if (node?.type === 'CallExpression') return resolve(node.arguments[0], program)
  if (node?.type !== 'Identifier') return node
  const declared = program?.body
    .flatMap((statement) => (statement.type === 'VariableDeclaration' ? statement.declarations : []))
    .find(({ id }) => id.type === 'Identifier' && id.name === node.name)
  return declared?.init === node ? undefined : resolve(declared?.init ?? undefined, undefined)
}

function keyOf(key: AnyNode): unknown {
  return key.type === 'Identifier' ? key.name : key.type === 'Literal' ? key.value : undefined
}

/** Whether a list has a plugin already, with or without options. */
function holds({ elements }: ArrayExpression, name: string): boolean {
  return elements.some((element) => {
    const named = element?.type === 'ArrayExpression' ? element.elements[0] : element
    return named?.type === 'Literal' && named.value === name
  })
}

/** In the quotes of the file. */
function quoted(text: string, name: string): string {
  const quote = /\bfrom\s+(['"])/.exec(text)?.[1] ?? "'"
  return `${quote}${name}${quote}`
}

function addProperty(text: string, { start, properties }: ObjectExpression, name: string): string {
  const property = `plugins: [${quoted(text, name)}]`
  const [first] = properties
  if (first === undefined) return splice(text, start + 1, ` ${property} `)
  const before = text.slice(start + 1, first.start)
  if (!before.includes('\n')) return splice(text, first.start, `${property}, `)
  const indent = /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', first.start) + 1))?.[0] ?? ''
  return splice(text, start + 1, `\n${indent}${property},`)
}
