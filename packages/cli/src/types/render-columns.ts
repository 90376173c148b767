import type { InferredSource } from './infer-source.js'

/** The option `columns`, as it is written in a pipeline file. */
export function renderColumns({ source, rows, columns }: InferredSource): string {
  const lines = columns.map(({ name, type, empty }) => {
    const note = empty === 0 ? '' : ` // empty in ${empty} of ${rows} rows`
    return `  ${propertyName(name)}: '${type}',${note}`
  })
  return [`// ${source}: by its first ${rows} rows`, 'columns: {', ...lines, '},', ''].join('\n')
}

function propertyName(name: string): string {
  // `__proto__: ...` would set a prototype.
  if (name === '__proto__') return "['__proto__']"
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : JSON.stringify(name)
}
