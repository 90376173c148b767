import type { Operators } from '../contracts/component-types.js'
import type { ColumnEffects, OperatorContext } from '../contracts/operator.js'
import type { OperatorDefinition } from '../contracts/operator-definition.js'
import type { ColumnSet } from '../contracts/row.js'
import type { RowAfter } from './effects/row-after.js'
import type { DidYouMean, NoSuchName } from './options/faults.js'
import type { InputOf } from './options/fields.js'
import type { OptionsOver } from './options/options-over.js'
import type { PassedBy, Where } from './where.js'

// biome-ignore lint/suspicious/noExplicitAny: matches every definition
export type AnyDefinition = OperatorDefinition<string, any, any, any>

/** The definition of an operator that is given itself or by its name. */
type Definition<Use> = Use extends keyof Operators ? Operators[Use] : Use
type ShapeOf<Use> = Definition<Use> extends { readonly shape: infer S } ? S : never
type EffectsOf<Use> =
  Definition<Use> extends OperatorDefinition<string, infer _S, infer Effects, infer _Kind> ? Effects : never
/** The options of an operator as its schema takes them. */
export type DeclaredOptions<Use> = InputOf<ShapeOf<Use>>

/** A known name or a definition; otherwise the error that the compiler prints. `string` enables completion. */
export type Known<Use, Names> = Use extends Names | AnyDefinition
  ? Use
  : string extends Use
    ? Names
    : NoSuchName<Use, DidYouMean<Use, Names>>

/** The options of a step over a row. */
export type StepOptions<R, Use> = OptionsOver<DeclaredOptions<Use>, R>

/** The row after a step. */
export type StepOutput<R, Use, Given> = RowAfter<ShapeOf<Use>, EffectsOf<Use>, R, Given>

/** The options of a function step. */
export interface FunctionOptions {
  /** A name for reports. @default the kind and position */
  readonly id?: string
  /** Identifies the function instead of its source text. */
  readonly version?: string
  /** The effects on columns. Without them, the plan does not know the columns after the step (the types still do). */
  readonly columns?: ColumnEffects
  /**
   * Whether what becomes of a row follows from that row alone, and the function keeps nothing between rows. A run may then
   * share its rows among threads without being asked.
   *
   * @default false
   */
  readonly stateless?: boolean
  readonly onError?: 'reject' | 'fail'
  /**
   * The maximum number of concurrent calls; for a batch function, of concurrent batches.
   *
   * @default the run's `rowsInFlight`
   */
  readonly concurrency?: number
}

/** The settings that every step has, whatever its operator. */
export interface StepSettings<R = Record<string, unknown>> {
  /** A name for reports. @default position and operator */
  readonly id?: string
  readonly onError?: 'reject' | 'fail'
  /** The maximum number of concurrent calls of the operator. @default the run's `rowsInFlight` */
  readonly concurrency?: number
  /**
   * The rows that the step works on: `{ language: 'en', score: { min: 3 } }`, or a function. The others pass by
   * unchanged, without the columns that the step adds. A step over a whole table has no such setting.
   *
   * @default all rows
   */
  readonly where?: Where<R>
}

/** The row after a step that some rows may pass by. */
export type AfterStep<Before, After, Settings> = Settings extends { readonly where: object }
  ? PassedBy<Before, After>
  : After

/** The context that a function step receives in addition to the row. */
export interface FunctionContext<Params> extends OperatorContext {
  readonly params: Params
}

/** The options of rows that are given in code. */
export interface FromOptions {
  /** The columns and their types. @default those of the first row of an array, otherwise unknown */
  readonly columns?: ColumnSet['columns']
  /** The column whose value is the row's id. */
  readonly key?: string
}
