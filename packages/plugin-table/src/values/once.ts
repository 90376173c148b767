import { rawJson } from './plain-json.js'

/**
 * JSON text in which no key stands twice: of such a key the last value counts, as everywhere in JavaScript. Numbers keep their
 * text. What is no JSON stays as it is.
 */
export function once(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text, keepNumber))
  } catch {
    return text
  }
}

function keepNumber(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === 'number' && context?.source !== undefined ? rawJson(context.source) : value
}
