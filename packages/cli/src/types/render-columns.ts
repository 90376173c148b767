import type { NamedInference } from './infer-source.js'

/** The option `columns` and those that are inferred with it, as they are written in a pipeline file. */
export function renderColumns({ source, rows, columns, options }: NamedInference): string {
  const { columns: _columns, ...others } = options
  const lines = columns.map(({ name, type, empty, remark }) => {
    const notes = [empty === 0 ? undefined : `empty in ${empty} of ${rows} rows`, remark].filter(
      (one) => one !== undefined,
    )
    return `  ${propertyName(name)}: '${type}',${notes.length === 0 ? '' : ` // ${notes.join('; ')}`}`
  })
  const settings = Object.entries(others).map(([name, value]) => `${propertyName(name)}: ${JSON.stringify(value)},`)
  return [`// ${source}: by its first ${rows} rows`, ...settings, 'columns: {', ...lines, '},', ''].join('\n')
}

function propertyName(name: string): string {
  // `__proto__: ...` would set a prototype.
  if (name === '__proto__') return "['__proto__']"
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : JSON.stringify(name)
}
