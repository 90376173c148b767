import { defineErrors } from '@maestro-dataflow/core'

/** The errors of table operators. */
export const tableErrors = {
  MAESTRO_TABLE_EXPRESSION: {
    message: (d: { expression: string; reason: string }) =>
      `The expression \`${d.expression}\` cannot be used: ${d.reason}`,
    hint: () =>
      "An expression is one piece of SQL over the columns, such as: length(text) > 20 and stars >= 4. See DuckDB's functions.",
  },
  MAESTRO_TABLE_EXPRESSION_TYPE: {
    message: (d: { expression: string; found: string; expected: string }) =>
      `The expression \`${d.expression}\` gives ${d.found}; ${d.expected} is expected.`,
    hint: () => 'Compare or cast it, such as: stars > 3, or cast(flag as boolean).',
  },
  MAESTRO_TABLE_EXPRESSION_ROW: {
    message: (d: { expression: string; reason: string }) =>
      `The expression \`${d.expression}\` cannot be computed for this row: ${d.reason}`,
    hint: () => 'Use try_cast instead of cast, or correct the row. The other rows continue.',
  },
  MAESTRO_TABLE_VALUE: {
    message: (d: { column: string; type: string; value: string }) =>
      `Column "${d.column}" is declared as ${d.type} and holds ${d.value}.`,
    hint: () => 'Correct the value, or declare another type. The other rows continue.',
  },
  MAESTRO_TABLE_VALUE_RANGE: {
    message: (d: { column: string; type: string; value: string }) =>
      `Column "${d.column}" holds ${d.value}, which SQL cannot compute with.`,
    hint: () =>
      'An expression takes whole numbers of up to 128 bits and dates of the years 1 to 9999. The other rows go on; sorting and removing duplicates take any value.',
  },
  MAESTRO_TABLE_OPTIONS: {
    message: (d: { operator: string; reason: string }) => `${d.operator}: ${d.reason}.`,
    hint: () => 'The options of each table operator are in the README of @maestro-dataflow/plugin-table.',
  },
  MAESTRO_TABLE_FAILED: {
    message: (d: { reason: string }) => `The table engine failed: ${d.reason}`,
    hint: (d: { reason: string }) =>
      /memory|disk|space|IO Error|temp/i.test(d.reason)
        ? 'Check the free space and memory; `tableEngine.memory` in the config sets how much it takes.'
        : 'Check the expression against the values of its columns; try_cast instead of cast gives null for a value that does not fit.',
  },
  MAESTRO_TABLE_CAST: {
    message: (d: { column: string; type: string; value: string }) =>
      `Column "${d.column}" holds ${d.value}, which is not a valid ${d.type}.`,
    hint: () => 'Correct the value, or cast to another type. The other rows continue.',
  },
} as const

export const tableError = defineErrors(tableErrors)
