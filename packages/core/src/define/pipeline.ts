import { recogniseAcrossCopies } from '../contracts/across-copies.js'
import type { IncrementalSettings } from '../contracts/incremental.js'
import type { ColumnEffects, Operator } from '../contracts/operator.js'
import type { BatchContext, FilterContext, FlatMapContext } from '../contracts/operator-functions.js'
import type { FunctionStep, PipelineDefinition, SourceNode, StepUse } from '../contracts/pipeline-definition.js'
import type { ColumnSet, Row } from '../contracts/row.js'
import type { RowStorage } from '../contracts/row-storage.js'
import type { Schema, SchemaOutput } from '../contracts/schema.js'
import type { InlineRows } from '../contracts/storage.js'
import type { MaestroError } from '../errors/maestro-error.js'
import type { Flat } from './effects/row-types.js'
import { assertKnownSettings } from './options/known-settings.js'
import type { CheckedOptions, OptionsOver } from './options/options-over.js'
import type { OperatorName, SideInput, SinkName, SourceName, SourceRowOf } from './options/registered.js'
import type {
  AfterStep,
  AnyDefinition,
  DeclaredOptions,
  FromOptions,
  FunctionContext,
  FunctionOptions,
  Known,
  StepOptions,
  StepOutput,
  StepSettings,
} from './step-types.js'

const stepSettings = ['id', 'onError', 'concurrency', 'where'] satisfies (keyof StepSettings)[]
const functionOptions = [
  'id',
  'version',
  'columns',
  'stateless',
  'onError',
  'concurrency',
] satisfies (keyof FunctionOptions)[]
const columnEffects = ['reads', 'adds', 'drops', 'renames', 'keeps', 'opaque'] satisfies (keyof ColumnEffects)[]

interface Draft {
  readonly definition: PipelineDefinition
  /** The point to which the next step attaches: `source` or a step's id. */
  readonly tip: string
}

/**
 * Builds a pipeline step by step; the editor knows the columns at every point. The builder is immutable: each call
 * returns a new builder, so that several pipelines can share a beginning.
 *
 * @typeParam R The row at this point.
 * @typeParam Params The pipeline's parameters.
 */
export class PipelineBuilder<R, Params = unknown> {
  /** The row's type at this point; has no value at run time. */
  declare readonly row: R
  readonly #draft: Draft

  constructor(draft: Draft) {
    this.#draft = draft
  }

  /** The pipeline as data. */
  get definition(): PipelineDefinition {
    return { ...this.#draft.definition, end: this.#draft.tip }
  }

  get name(): string {
    return this.#draft.definition.name
  }

  /** Begins with the rows of a storage. */
  read<const Name extends string, const Given extends OptionsOver<SideInput<Name, 'source'>, never>>(
    use: Known<Name, SourceName>,
    options: CheckedOptions<SideInput<Name, 'source'>, never, Given>,
  ): PipelineBuilder<Flat<SourceRowOf<Name, Given>>, Params> {
    return this.#begin({ use: use as string, options })
  }

  /** Begins with rows that are given in code: an array, an iterable, or a function that returns one. */
  from<Given extends object>(
    rows: InlineRows<Given> | (() => InlineRows<Given>),
    options?: FromOptions,
  ): PipelineBuilder<Given, Params>
  /** Begins with the current step of a row storage. */
  from(storage: RowStorage, options?: FromOptions): PipelineBuilder<Record<string, unknown>, Params>
  from(rows: unknown, options: FromOptions = {}): unknown {
    const columns: ColumnSet =
      options.columns === undefined ? { columns: {}, open: true } : { columns: options.columns, open: false }
    const { key } = options
    return this.#begin({ rows: rows as InlineRows, columns, ...(key === undefined ? {} : { key }) })
  }

  /** Adds an operator by its name or its definition. */
  step<
    const Use extends string | AnyDefinition,
    const Given extends StepOptions<R, Use>,
    Settings extends StepSettings<R> = Record<never, never>,
  >(
    use: Known<Use, OperatorName>,
    options: CheckedOptions<DeclaredOptions<Use>, R, Given>,
    settings?: Settings & StepSettings<R>,
  ): PipelineBuilder<AfterStep<R, StepOutput<R, Use, Given>, Settings>, Params> {
    const named = use as string | AnyDefinition
    return this.#add(named, options, typeof named === 'string' ? named : named.name, settings as StepSettings)
  }

  /** Adds an operator object, such as an instance of your own class. State its new row type yourself. */
  use<Out = Record<string, unknown>>(operator: Operator, settings: StepSettings<R> = {}): PipelineBuilder<Out, Params> {
    return this.#add(operator, undefined, operator.constructor.name, settings as StepSettings)
  }

  /** Changes each row with a function. */
  map<Out extends object>(
    run: (row: R, context: FunctionContext<Params>) => Out | Promise<Out>,
    options: FunctionOptions = {},
  ): PipelineBuilder<Flat<Out>, Params> {
    return this.#addFunction({ kind: 'map', run: run as never }, options)
  }

  /** Keeps the rows for which a function returns true. */
  filter<Kept extends R>(
    run: (row: R, context: FunctionContext<Params> & FilterContext) => row is Kept,
    options?: FunctionOptions,
  ): PipelineBuilder<Kept, Params>
  filter(
    run: (row: R, context: FunctionContext<Params> & FilterContext) => boolean | Promise<boolean>,
    options?: FunctionOptions,
  ): PipelineBuilder<R, Params>
  filter(run: unknown, options: FunctionOptions = {}): unknown {
    return this.#addFunction({ kind: 'filter', run: run as never }, { columns: {}, ...options })
  }

  /** Turns each row into any number of rows. */
  flatMap<Out extends object>(
    run: (
      row: R,
      context: FunctionContext<Params> & FlatMapContext,
    ) => Iterable<Out> | AsyncIterable<Out> | Promise<Iterable<Out>>,
    options: FunctionOptions = {},
  ): PipelineBuilder<Flat<Out>, Params> {
    return this.#addFunction({ kind: 'flatMap', run: run as never }, options)
  }

  /** Changes several rows at a time. The function returns the same number of results, in order. */
  mapBatches<Out extends object>(
    run: (
      rows: readonly R[],
      context: BatchContext & { readonly params: Params },
    ) => readonly (Out | MaestroError)[] | Promise<readonly (Out | MaestroError)[]>,
    options: FunctionOptions & { readonly size?: number } = {},
  ): PipelineBuilder<Flat<Out>, Params> {
    const { size, ...rest } = options
    return this.#addFunction({ kind: 'mapBatches', run: run as never, ...(size === undefined ? {} : { size }) }, rest)
  }

  /** Adds a branch: `.branch((rows) => rows.filter(...).write(...))`. The chain continues from here. */
  branch(build: (rows: PipelineBuilder<R, Params>) => PipelineBuilder<unknown, Params>): PipelineBuilder<R, Params> {
    const branched = build(this).#draft.definition
    return new PipelineBuilder({ definition: branched, tip: this.#draft.tip })
  }

  /**
   * Makes the runs of the pipeline process only the rows of its source that are new or have changed since the last
   * finished run. The columns are those of the source, so call it after `read` or `from`.
   *
   * @example pipeline('p').read('fs.file', { path: 'in.csv' }).incremental({ key: 'id', removed: 'remove' })
   */
  incremental(settings: IncrementalSettings): PipelineBuilder<R, Params> {
    const { definition, tip } = this.#draft
    return new PipelineBuilder({ tip, definition: { ...definition, incremental: settings } })
  }

  /** Writes the rows of this point. The chain may continue. */
  write<const Name extends string, const Given extends OptionsOver<SideInput<Name, 'sink'>, R>>(
    use: Known<Name, SinkName>,
    options: CheckedOptions<SideInput<Name, 'sink'>, R, Given>,
    settings: { readonly id?: string } = {},
  ): PipelineBuilder<R, Params> {
    const { definition, tip } = this.#draft
    const id = settings.id ?? `sink-${definition.sinks.length + 1}`
    return new PipelineBuilder({
      tip,
      definition: { ...definition, sinks: [...definition.sinks, { id, input: tip, use: use as string, options }] },
    })
  }

  #begin<Next>(source: SourceNode): PipelineBuilder<Next, Params> {
    return new PipelineBuilder({ tip: 'source', definition: { ...this.#draft.definition, source } })
  }

  #addFunction<Next>(step: FunctionStep, options: FunctionOptions): PipelineBuilder<Next, Params> {
    const { version, columns, stateless, ...settings } = options
    const id = this.#idOf(step.kind, options)
    assertKnownSettings(id, options, functionOptions)
    assertKnownSettings(`the setting \`columns\` of ${id}`, columns ?? {}, columnEffects)
    const described = {
      ...step,
      ...(version === undefined ? {} : { version }),
      ...(columns === undefined ? {} : { columns }),
      ...(stateless === undefined ? {} : { stateless }),
    }
    return this.#add(described, undefined, step.kind, settings)
  }

  #idOf(name: string, { id }: { readonly id?: string }): string {
    return id ?? `${this.#draft.definition.steps.length + 1}-${name}`
  }

  #add<Next>(use: StepUse, options: unknown, name: string, settings: StepSettings = {}): PipelineBuilder<Next, Params> {
    const { definition, tip } = this.#draft
    const { onError, concurrency, where } = settings
    const id = this.#idOf(name, settings)
    assertKnownSettings(id, settings, stepSettings)
    const step = {
      id,
      input: tip,
      use,
      options,
      ...(onError === undefined ? {} : { onError }),
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(where === undefined ? {} : { where }),
    }
    return new PipelineBuilder({ tip: id, definition: { ...definition, steps: [...definition.steps, step] } })
  }
}
// This is not a static block: next to a declared field, the compiler gives the class a name there that it never sets.
recogniseAcrossCopies(PipelineBuilder, 'PipelineBuilder')

/** A pipeline whose definition requires parameters. */
export interface ParameterizedPipeline<Params = unknown> {
  readonly name: string
  readonly params: Schema<unknown, Params>
  readonly build: (builder: PipelineBuilder<never, Params>, params: Params) => PipelineBuilder<unknown, Params>
}

/**
 * Begins a pipeline.
 *
 * @example
 * export default pipeline('reviews')
 *   .read('fs.file', { path: 'data/reviews.csv', columns: ['id', 'text'] })
 *   .filter((row) => row.text.length > 20)
 *   .write('fs.file', { path: 'out/reviews.jsonl' })
 */
export function pipeline(name: string): PipelineBuilder<never>
/**
 * Begins a pipeline with parameters, which `--set name=value` or code sets.
 *
 * @example
 * export default pipeline('daily', { params: z.object({ day: z.string() }) }, (p, { day }) =>
 *   p.read('fs.file', { path: `data/${day}.csv`, columns: ['id'] }).write('fs.file', { path: `out/${day}.jsonl` }))
 */
export function pipeline<S extends Schema>(
  name: string,
  settings: { readonly params: S },
  build: (
    builder: PipelineBuilder<never, SchemaOutput<S>>,
    params: SchemaOutput<S>,
  ) => PipelineBuilder<unknown, SchemaOutput<S>>,
): ParameterizedPipeline<SchemaOutput<S>>
export function pipeline(name: string, settings?: { readonly params: Schema }, build?: unknown): unknown {
  return settings === undefined ? startPipeline(name) : { name, params: settings.params, build }
}

/** An empty builder. */
export function startPipeline<Params>(name: string, params?: Params): PipelineBuilder<never, Params> {
  const definition = { name, source: undefined, steps: [], sinks: [], ...(params === undefined ? {} : { params }) }
  return new PipelineBuilder({ definition, tip: 'source' })
}

/** A pipeline with any parameters. */
export interface AnyParameterizedPipeline {
  readonly name: string
  readonly params: Schema
  readonly build: (builder: never, params: never) => { readonly definition: PipelineDefinition }
}

/** All forms of a pipeline that the runner accepts: a builder, a pipeline with parameters, or data. */
export type PipelineInput = { readonly definition: PipelineDefinition } | AnyParameterizedPipeline | PipelineDefinition

/** The rows at the end of a pipeline. */
export type PipelineRow<P> = P extends PipelineBuilder<infer R, infer _Params> ? R : Row
