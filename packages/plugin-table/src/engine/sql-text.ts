import { relative, sep } from 'node:path'

/** A text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/**
 * The path of one file that SQL reads, as a literal. Without the brackets, `*`, `?`, and `[` would stand for other names. A
 * backslash among them would separate folders, so that the folder of the process is left out of such a path.
 */
export function filePath(path: string): string {
  const isOdd = path.includes('\\') && sep === '/'
  return literal((isOdd ? relative(process.cwd(), path) : path).replace(/[*?[]/g, '[$&]'))
}

/** A name as an SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** The position of a value in a JSON document, as a JSON pointer (RFC 6901) in an SQL literal. */
export function pointer(...keys: readonly string[]): string {
  return literal(keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''))
}
