/** An element of an XML document. */
export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: XmlElement[]
  text: string
}

const declaration = /^<\?xml version="1\.0" encoding="UTF-8" standalone="yes"\?>\s*/
const name = String.raw`[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?`
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML refuses
const characters = String.raw`(?:[^<&\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|&(?:amp|lt|gt|quot|apos);)`
const attribute = String.raw`\s+(${name})="((?:(?!")${characters})*)"`
const token = new RegExp(String.raw`<(${name})((?:${attribute})*)\s*(/?)>|</(${name})>|(${characters}+)`, 'uy')

/** Reads a document that uses nothing but elements, attributes, and plain text. Everything else is an error. */
export function parseStrictly(document: string): XmlElement {
  const [start = ''] = declaration.exec(document) ?? []
  if (start === '') throw new Error('it has no declaration')
  const root: XmlElement = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  for (let at = start.length; at < document.length; at = token.lastIndex) {
    token.lastIndex = at
    const found = token.exec(document)
    if (found === null) throw new Error(`this is no XML: ${document.slice(at, at + 60)}`)
    const [, opened, written = '', , , isEmpty, closed, text = ''] = found
    const inner = open.at(-1) ?? root
    if (opened !== undefined) {
      const attributes: Record<string, string> = {}
      for (const [, key = '', value = ''] of written.matchAll(new RegExp(attribute, 'gu'))) {
        if (Object.hasOwn(attributes, key)) throw new Error(`<${opened}> has the attribute ${key} twice`)
        attributes[key] = value
      }
      const element: XmlElement = { name: opened, attributes, children: [], text: '' }
      inner.children.push(element)
      if (isEmpty === '') open.push(element)
    } else if (closed !== undefined) {
      if (open.pop()?.name !== closed) throw new Error(`</${closed}> ends another element`)
    } else inner.text += text
  }
  const [element] = root.children
  if (open.length !== 1 || element === undefined || root.children.length > 1) throw new Error('it is not one element')
  return element
}
