import { rawJson } from './plain-json.js'

/**
 * JSON text in which no key occurs twice: the last value of a key counts, as everywhere in JavaScript. Numbers keep
 * their text. Text that is not JSON is returned unchanged.
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
