import type { Document, Node, YAMLMap, YAMLSeq } from 'yaml'
import { insertElement, lineBreakOf, splice } from './insert-element.js'

/**
 * Adds a plugin to the text of a config in JSON or YAML. JSON is read as YAML, of which it is a part.
 *
 * @param path The keys that lead to the config within the file.
 * @returns the new text, or undefined if the list of plugins is not written out in the file
 */
export async function addToData(text: string, name: string, path: readonly string[] = []): Promise<string | undefined> {
  const { isMap, isSeq, parseDocument } = await import('yaml')
  const document: Document.Parsed = parseDocument(text, { keepSourceTokens: true })
  if (document.errors.length > 0) return undefined
  const config: unknown = path.length === 0 ? document.contents : document.getIn(path, true)
  const isJson = /^\s*\{/.test(text)
  const element = isJson ? JSON.stringify(name) : /^[a-z]/.test(name) ? name : `'${name}'`
  if (config === null && !isJson) return `${text}${blockOf(text, element)}`
  if (!isMap(config)) return undefined
  const list: unknown = config.get('plugins', true)
  if (list === undefined || list === null) return addKey(text, config, element, isJson)
  if (!isSeq(list)) return undefined
  const names: readonly unknown[] = (list.toJSON() as readonly unknown[]).map((one) =>
    Array.isArray(one) ? one[0] : one,
  )
  if (names.includes(name)) return text
  return list.flow === true ? addToFlow(text, list, element) : addLine(text, list, element)
}

function rangeOf(node: unknown): { readonly start: number; readonly end: number } {
  const [start, end] = (node as Node).range ?? [0, 0]
  return { start, end }
}

function addToFlow(text: string, list: YAMLSeq, element: string): string {
  return insertElement(text, { ...rangeOf(list), elements: list.items.map(rangeOf) }, element)
}

/** A block list has a line for each element. */
function addLine(text: string, list: YAMLSeq, element: string): string {
  const { start } = rangeOf(list.items[0])
  const { end } = rangeOf(list.items.at(-1))
  const before = text.slice(text.lastIndexOf('\n', start) + 1, start)
  const lineEnd = text.indexOf('\n', end - 1)
  const line = `${before}${element}`
  const lineBreak = lineBreakOf(text)
  return lineEnd < 0 ? `${text}${lineBreak}${line}${lineBreak}` : splice(text, lineEnd + 1, `${line}${lineBreak}`)
}

/** A list of its own, as lines. */
function blockOf(text: string, element: string): string {
  const lineBreak = lineBreakOf(text)
  return `plugins:${lineBreak}  - ${element}${lineBreak}`
}

function addKey(text: string, config: YAMLMap, element: string, isJson: boolean): string {
  const { start } = rangeOf(config)
  const [first] = config.items
  const property = isJson ? `"plugins": [${element}]` : `plugins: [${element}]`
  if (config.flow !== true) return splice(text, start, blockOf(text, element))
  if (first === undefined) return splice(text, start + 1, ` ${property} `)
  const { start: key } = rangeOf(first.key)
  const before = text.slice(start + 1, key)
  return splice(text, key, before.includes('\n') ? `${property},${before}` : `${property}, `)
}
