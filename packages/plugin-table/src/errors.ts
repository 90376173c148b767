import { defineErrors } from '@maestro-dataflow/core'

/** The errors of table operators. */
export const tableErrors = {
  MAESTRO_TABLE_EXPRESSION: {
    message: (d: { expression: string; reason: string }) =>
      `The expression \`${d.expression}\` cannot be used: ${d.reason}`,
    hint: () =>
      "Write one SQL expression over the columns, for example: length(text) > 20 and stars >= 4. DuckDB's functions are available.",
  },
  MAESTRO_TABLE_EXPRESSION_TYPE: {
    message: (d: { expression: string; found: string; expected: string }) =>
      `The expression \`${d.expression}\` returns ${d.found}, but ${d.expected} is expected.`,
    hint: () => 'Compare or cast the result, for example: stars > 3, or cast(flag as boolean).',
  },
  MAESTRO_TABLE_EXPRESSION_ROW: {
    message: (d: { expression: string; reason: string }) =>
      `The expression \`${d.expression}\` cannot be computed for this row: ${d.reason}`,
    hint: () => 'Use try_cast instead of cast, or correct the row. The other rows continue.',
  },
  MAESTRO_TABLE_CHECK_TIME: {
    message: (d: { seconds: number }) => `The expressions could not be checked within ${d.seconds} seconds.`,
    hint: () => 'Simplify them, or compute the column in a function step. Nothing was run.',
  },
  MAESTRO_TABLE_VALUE: {
    message: (d: { column: string; type: string; value: string }) =>
      `Column "${d.column}" is declared as ${d.type} but contains ${d.value}.`,
    hint: () => 'Correct the value, or declare another type. The other rows continue.',
  },
  MAESTRO_TABLE_VALUE_RANGE: {
    message: (d: { column: string; type: string; value: string }) =>
      `Column "${d.column}" contains ${d.value}, which SQL expressions cannot process.`,
    hint: () =>
      'Expressions accept whole numbers of up to 128 bits, decimals of up to 38 digits, valid dates of the years 1 to 9999, and text without unpaired surrogates. The other rows continue. Sorting, grouping, and removing duplicates accept any value.',
  },
  MAESTRO_TABLE_RESULT_RANGE: {
    message: (d: { expressions: readonly string[]; reason: string }) =>
      `The result of ${d.expressions.map((expression) => `\`${expression}\``).join(' or ')} has more digits than SQL can hold: ${d.reason}`,
    hint: () =>
      'SQL computes with whole numbers of up to 128 bits and decimals of up to 38 digits; only sum(n) of whole numbers has no limit. Where digits may be lost, compute with fractions: sum(cast(v as double)).',
  },
  MAESTRO_TABLE_OPTIONS: {
    message: (d: { operator: string; reason: string }) => `${d.operator}: ${d.reason}.`,
    hint: () => 'The options of each table operator are in the README of @maestro-dataflow/plugin-table.',
  },
  MAESTRO_TABLE_FAILED: {
    message: (d: { reason: string }) => `The table engine failed: ${d.reason}`,
    hint: (d: { reason: string }) =>
      /memory|disk|space|IO Error|temp/i.test(d.reason)
        ? 'Check the free disk space and memory. The option `tableEngine.memory` of the config limits the memory of the engine.'
        : 'Compare the expression with the values of its columns. For a value that does not fit, try_cast returns null where cast fails.',
  },
  MAESTRO_TABLE_SHAPE: {
    message: (d: { column: string; expected: string; value: string }) =>
      `Column "${d.column}" contains ${d.value}, and ${d.expected} is expected.`,
    hint: () =>
      'Text that contains JSON becomes a value with table.cast and the type json. A null or missing value is accepted.',
  },
  MAESTRO_TABLE_JOIN_SIZE: {
    message: (d: { rows: number; maxRows: number }) =>
      `The join would make ${d.rows} rows, and at most ${d.maxRows} are allowed. Nothing was written.`,
    hint: () =>
      'A key that occurs often in both tables multiplies rows. Add a column to `by`, remove duplicates with table.dedupe before, or raise `maxRows`.',
  },
  MAESTRO_TABLE_SQL: {
    message: (d: { reason: string }) => `The query cannot be used: ${d.reason}`,
    hint: (d: { reason: string }) =>
      /overflow|out of range|could not (convert|cast)/i.test(d.reason)
        ? 'Cast the values: sum(n::bignum) adds whole numbers of any size, and try_cast returns null for a value that does not fit.'
        : /syntax error/i.test(d.reason)
          ? 'A column whose name is a word of SQL, such as order, is written in double quotes: "order".'
          : 'Write one SELECT over `input`, which is the rows of the step, and the tables that the option `tables` names. Files, the network, and settings cannot be reached.',
  },
  MAESTRO_TABLE_SQL_TIME: {
    message: (d: { seconds: number }) => `The query took longer than ${d.seconds} seconds. Nothing was written.`,
    hint: () => 'Simplify it, check that a recursion ends, or raise `timeout`.',
  },
  MAESTRO_TABLE_SQL_SIZE: {
    message: (d: { maxRows: number }) => `The query returns more than ${d.maxRows} rows. Nothing was written.`,
    hint: () => 'Check the conditions of its joins, or raise `maxRows`.',
  },
  MAESTRO_TABLE_INVALID: {
    message: (d: { faults: readonly string[] }) => `The row is not valid: ${d.faults.join('; ')}.`,
    hint: () =>
      "Correct the row or the rules. With `failures: 'column'`, the row is kept, with its faults in a column.",
  },
  MAESTRO_TABLE_CAST: {
    message: (d: { column: string; type: string; value: string }) =>
      `Column "${d.column}" contains ${d.value}, which is not a valid ${d.type}.`,
    hint: () => 'Correct the value, or cast to another type. The other rows continue.',
  },
} as const

export const tableError = defineErrors(tableErrors)
