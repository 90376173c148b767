import type { DuckDBConnection } from '@duckdb/node-api'

/** The most characters, bytes, or items that a function makes from a small value of a row. */
const most = 1_000_000

/**
 * Functions whose result is as large as an argument says, with the size that the argument asks for. DuckDB allocates
 * the result outside its memory limit, so one number in one row could end the process.
 */
const sizes: Readonly<Record<string, readonly (readonly [parameters: string, size: string])[]>> = {
  repeat: [['x, n', 'CASE WHEN n > 1 THEN n::DOUBLE * strlen(CAST(x AS VARCHAR)) END']],
  lpad: [['x, n, y', 'n']],
  rpad: [['x, n, y', 'n']],
  bitstring: [['x, n', 'n']],
  to_base: [
    ['x, y', '1'],
    ['x, y, n', 'n'],
  ],
  ...series('range'),
  ...series('generate_series'),
  ...resize('list_resize'),
  ...resize('array_resize'),
}

function series(name: string) {
  const days = 'epoch(b) / 86400 - epoch(a) / 86400'
  const step = 'nullif(epoch(c) / 86400, 0)'
  return {
    [name]: [
      ['a', 'a'],
      ['a, b', 'b::DOUBLE - a'],
      ['a BIGINT, b BIGINT, c BIGINT', '(b::DOUBLE - a) / nullif(c, 0)'],
      ['a TIMESTAMP, b TIMESTAMP, c INTERVAL', `(${days}) / ${step}`],
      ['a TIMESTAMP WITH TIME ZONE, b TIMESTAMP WITH TIME ZONE, c INTERVAL', `(${days}) / ${step}`],
    ] as const,
  }
}

function resize(name: string) {
  return {
    [name]: [
      ['x, n', 'n'],
      ['x, n, y', 'n'],
    ] as const,
  }
}

/** Puts macros in front of these functions that fail for the row instead of making a larger value. */
export async function boundFunctions(connection: DuckDBConnection): Promise<void> {
  const macros = Object.entries(sizes).map(([name, forms]) => {
    const bounded = forms.map(([parameters, size]) => {
      const values = parameters.split(', ').map((parameter) => parameter.split(' ', 1)[0])
      const reason = `${name} would make a value of more than ${most} characters, bytes, or items`
      return `(${parameters}) AS CASE WHEN (${size}) > ${most} THEN error('${reason}') ELSE system.main.${name}(${values.join(', ')}) END`
    })
    return `CREATE TEMP MACRO ${name}${bounded.join(', ')}`
  })
  await connection.run(macros.join('; '))
}
