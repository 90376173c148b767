import module from 'node:module'
import { type AnyNode, type Program, parse } from 'acorn'

/** A module as a tree, and its text with spaces instead of types: the text of functions is cut out of it. */
export interface ParsedModule {
  readonly program: Program
  readonly text: string
}

/** Reads a module in TypeScript or JavaScript. All positions are those of the text. */
export function parseModule(text: string): ParsedModule | undefined {
  try {
    const script = withoutTypes(text)
    if (script.length !== text.length) return undefined
    const program = parse(script, { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true })
    return { program, text: script }
  } catch {
    return undefined
  }
}

/** Node announces the function as experimental on standard error, which is of no use to whoever runs a pipeline. */
function withoutTypes(text: string): string {
  const { emitWarning } = process
  process.emitWarning = () => undefined
  try {
    return module.stripTypeScriptTypes(text, { mode: 'strip' })
  } finally {
    process.emitWarning = emitWarning
  }
}

/** The nodes directly below a node. */
export function childrenOf(node: AnyNode): readonly AnyNode[] {
  return Object.values(node).flatMap((value: unknown) =>
    Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
  )
}

const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value
