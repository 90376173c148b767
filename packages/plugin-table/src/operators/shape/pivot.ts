import {
  column,
  columns,
  defineOperator,
  type Only,
  type OutputOf,
  optionsSchema,
  parseOptions,
  type Refinement,
  type RowFunction,
  rowFromEntries,
  rowFunction,
  type TableStatement,
  type With,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { identifier, literal } from '../../engine/sql-text.js'
import { DuckDBTableOperator } from '../table-class.js'

const fields = {
  /** The columns whose combinations of values form the rows of the result. */
  by: columns(),
  /** The column whose values become columns. */
  input: column(),
  /**
   * The values that become columns, which have their names: `['q1', 'q2']`. The plan thus knows the columns of the result.
   */
  outputs: z.array(z.union([z.string().min(1), z.number(), z.boolean()])).min(1),
  /** The column whose values fill the new columns. */
  value: column(),
  /** How several values of one cell become one. @default 'sum' */
  method: z.enum(['sum', 'count', 'avg', 'min', 'max', 'first', 'last']).default('sum'),
  /** What happens to rows whose `input` is none of the `outputs`: they are rejected or dropped. @default 'reject' */
  others: z.enum(['reject', 'drop']).default('reject'),
}

/** The options of `table.pivot`. */
export type PivotOptions = OutputOf<typeof fields>

const refine: Refinement<PivotOptions> = ({ by, outputs }, { addIssue }) => {
  const names = outputs.map(String)
  const twice = names.find((name, index) => names.indexOf(name) !== index || by.includes(name))
  if (twice !== undefined)
    addIssue({ code: 'custom', path: ['outputs'], message: `there would be two columns "${twice}"`, input: outputs })
}
const schema = optionsSchema(fields, refine)

const sqlOf = (value: string | number | boolean) => (typeof value === 'string' ? literal(value) : String(value))

function statements({ by, input, outputs, value, method, others }: PivotOptions): readonly TableStatement[] {
  const name = identifier(input)
  const isListed = `${name} IN (${outputs.map(sqlOf).join(', ')})`
  const reason = literal(`"${input}" is none of the outputs`)
  const where = others === 'drop' ? isListed : `CASE WHEN ${isListed} THEN true ELSE error(${reason}) END`
  const cell = (output: string | number | boolean) =>
    [String(output), `${method}(${identifier(value)}) FILTER (WHERE ${name} = ${sqlOf(output)})`] as const
  return [
    { kind: 'filter', where },
    { kind: 'aggregate', by, values: rowFromEntries(outputs.map(cell)) },
  ]
}

/** The columns of the key and those of the outputs. */
export interface PivotRow extends RowFunction {
  readonly row: this['options'] extends {
    readonly by: readonly (infer Key)[]
    readonly outputs: readonly (infer Output extends string | number | boolean)[]
  }
    ? With<Only<this['before'], Key & keyof this['before']>, { [Name in `${Output}`]: unknown }>
    : never
}

/**
 * `table.pivot`: turns the values of a column into columns. A cell without a row is null.
 *
 * @example .step('table.pivot', { by: ['city'], input: 'quarter', outputs: ['q1', 'q2'], value: 'sales' })
 */
export const pivot = defineOperator({
  name: 'table.pivot',
  kind: 'table',
  description: 'Turns the values of a column into columns',
  options: fields,
  refine,
  row: rowFunction<PivotRow>(),
  create: (given) => () => statements(given),
})

/** Turns the values of a column into columns. */
export class PivotRowsOperator extends DuckDBTableOperator {
  override readonly statements: readonly TableStatement[]
  constructor(given: z.input<typeof schema> & Pick<PivotOptions, 'by' | 'input' | 'outputs' | 'value'>) {
    super()
    this.statements = statements(parseOptions('table.pivot', schema, given))
  }
}
