/** What a module imports. */
export interface ModuleImports {
  /** The names in the text, such as `./a.js`, `#lib/a`, or `lodash`. */
  readonly named: readonly string[]
  /** The beginnings of names that are computed, such as `./languages/`; empty for one that says nothing. */
  readonly computed: readonly string[]
}

const comments = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/[^\n]*/g
const named = /\b(?:from|import|require)\s*\(?\s*(['"`])([^'"`\n$]+)\1/g
const ofTypes = /\b(?:import|export)\s+type\b[^'"`;]*?\bfrom\s*(['"])[^'"\n]+\1/g
/** A call with a template, or with anything but a text. */
const computed = /(?<![.\w$])(?:import|require)\s*\(\s*(?:`([^`$]*)\$\{|(?!['"`)]))/g

/** Reads the imports from the text of a module. */
export function importsOf(text: string): ModuleImports {
  const code = text.replaceAll(comments, '').replaceAll(ofTypes, '')
  return {
    named: Array.from(code.matchAll(named), ([, , name = '']) => name),
    computed: Array.from(code.matchAll(computed), ([, beginning = '']) => beginning),
  }
}
