import type { MaestroError } from '../errors/maestro-error.js'
import type { ColumnEffects, Operator, OperatorKind, PromptClass } from './operator.js'
import type {
  FilterFunction,
  FlatMapFunction,
  MapBatchesFunction,
  MapFunction,
  TableFunction,
} from './operator-functions.js'
import type { ColumnSet } from './row.js'
import type { Schema } from './schema.js'
import type { LLMCapabilities, ServingKind } from './serving.js'
import type { Token } from './token.js'

/** The function of each kind. */
export interface OperatorFunctions {
  map: MapFunction
  filter: FilterFunction
  flatMap: FlatMapFunction
  mapBatches: MapBatchesFunction
  table: TableFunction
}

/** One serving that an operator will ask for. */
export interface ServingNeed {
  readonly kind: ServingKind
  readonly name: string
  /** Capabilities that must be true. */
  readonly capabilities?: readonly (keyof LLMCapabilities & ('jsonSchema' | 'images' | 'audio'))[]
}

/** What a definition's `check` receives. */
export interface CheckContext<Options = unknown> {
  readonly options: Options
  /** The columns of the input. */
  readonly columns: ColumnSet
  /** The name of the step, for messages. */
  readonly step: string
}

/** An option that holds a prompt, and the variables that the prompt may use. */
export interface PromptOption<Options = unknown> {
  readonly option: string
  /** The accepted prompt classes. */
  readonly allowed: readonly PromptClass[]
  /** Variables that the operator itself fills. @default none */
  variables?(options: Options): readonly string[]
  /** Whether the row's columns are variables too. @default true */
  readonly overRow?: boolean
}

/** What an operator declares about a step before it runs. */
export interface OperatorNeeds<Options = unknown> {
  /**
   * Whether the same row always gives the same result. @default true for all operators that use no serving or vector
   * store
   */
  readonly deterministic?: boolean
  /**
   * Whether what becomes of a row follows from that row and the options alone, and the operator keeps nothing between rows.
   * A run may then share its rows among threads without being asked. Not for an operator of whole tables.
   *
   * @default false
   */
  readonly stateless?: boolean
  /**
   * Whether it also writes elsewhere than to the rows, for example to a vector store. A pipeline with such a step needs
   * no sink.
   *
   * @default false
   */
  readonly writesElsewhere?: boolean
  /** The servings it will ask for. */
  servings?(options: Options): readonly ServingNeed[]
  /** The names of the vector stores it will use. */
  vectorStores?(options: Options): readonly string[]
  /** Faults that only the operator can detect, before a token is spent. */
  check?(context: CheckContext<Options>): Promise<readonly MaestroError[]> | readonly MaestroError[]
  /** The rows per call, for `mapBatches`. @default 64 */
  batchSize?(options: Options): number
}

/**
 * An operator as `defineOperator` creates it and a plugin contributes it.
 *
 * @typeParam S The declaration of its options; `Effects` What it does to columns, as types.
 */
export interface OperatorDefinition<
  Name extends string = string,
  S = unknown,
  Effects = unknown,
  Kind extends OperatorKind = OperatorKind,
> extends OperatorNeeds {
  readonly name: Name
  readonly kind: Kind
  readonly description?: string
  /** Change it when the results change for the same options. @default '1' */
  readonly version?: string
  /** The options as they were declared; the types follow from them. */
  readonly shape: S
  /** The schema that checks the options. */
  readonly options: Schema
  /** Carries a type; has no value at run time. */
  readonly effects?: Effects
  /** What it does to columns, from checked options and the columns of the input. @default nothing is known after it */
  columns?(options: unknown, before: ColumnSet): ColumnEffects | Promise<ColumnEffects>
  readonly inject?: readonly Token<unknown>[]
  /** The options that may be another source, `{ use, ...options }`. The operator receives a `RowSource` instead. */
  readonly sources?: readonly string[]
  /** The options that hold a prompt. */
  readonly prompts?: readonly PromptOption[]
  /** Creates the operator: the function of its kind, or an instance of a class. */
  create(options: unknown, dependencies: readonly unknown[]): unknown
}

/** What `create` may return for each kind. */
export type Created<Kind extends OperatorKind> = Kind extends keyof OperatorFunctions
  ? (OperatorFunctions[Kind] & { dispose?(): Promise<void> | void }) | Operator
  : Operator
