import type { ColumnSet } from '../contracts/row.js'
import type { SinkDefinition } from '../contracts/sink.js'
import type { SourceDefinition } from '../contracts/source.js'
import type { StorageDefinition } from '../contracts/storage.js'
import { assertDefinition, assertFields, type DefinitionRules, fault } from './definition/assert-definition.js'
import { sinkRules, sourceRules, storageRules } from './definition/storage-rules.js'
import type { RowFunction } from './effects/effects.js'
import { type Fields, type OutputOf, type Refinement, schemaOf, shapeOf } from './options/fields.js'

type Reading<Options> = Pick<
  SourceDefinition<unknown, unknown, Options>,
  'open' | 'check' | 'describeColumns' | 'inferOptions' | 'inputs' | 'optionalColumns'
>
type Writing<Options> = Pick<
  SinkDefinition<unknown, Options>,
  | 'open'
  | 'check'
  | 'takesJsonLines'
  | 'target'
  | 'identify'
  | 'findReceipt'
  | 'findCheckpoint'
  | 'mergeable'
  | 'continues'
>

/**
 * Defines the reading side of a storage. `row` is the type of its rows in the editor; without it, rows may have any
 * columns.
 *
 * @example
 * const cities = defineSource({
 *   options: { country: z.string() },
 *   row: rowType<{ name: string; people: number }>(),
 *   columns: () => ({ columns: { name: 'string', people: 'integer' }, open: false }),
 *   open: ({ country }, context) => readCities(country, context.signal),
 * })
 */
export function defineSource<S extends Fields<S>, F extends RowFunction = never>(
  definition: {
    /** Fields, a class of fields, or a whole schema. */
    readonly options: S | (new () => S)
    /** Checks how options go together. Use it with fields; a whole schema has its own checks. */
    readonly refine?: Refinement<OutputOf<S>>
    /** The type of its rows: `rowType<Row>()`, or `rowFunction<MyRow>()` if it depends on the options. */
    readonly row?: F | undefined
    /** The columns that follow from the options. */
    columns(options: OutputOf<S>): ColumnSet
  } & Reading<OutputOf<S>>,
): SourceDefinition<S, F> {
  return built(sourceRules, definition) as never
}

/** Defines the writing side of a storage. */
export function defineSink<S extends Fields<S>>(
  definition: {
    /** Fields, a class of fields, or a whole schema. */
    readonly options: S | (new () => S)
    /** Checks how options go together. Use it with fields; a whole schema has its own checks. */
    readonly refine?: Refinement<OutputOf<S>>
  } & Writing<OutputOf<S>>,
): SinkDefinition<S> {
  return built(sinkRules, definition) as never
}

/**
 * Defines a storage that pipelines read from and write to by name.
 *
 * @example export const lines = defineStorage({ name: 'lines.file', source: linesSource, sink: linesSink })
 */
export function defineStorage<const Name extends string, Source = undefined, Sink = undefined>(definition: {
  readonly name: Name
  readonly description?: string
  readonly source?: Source & (SourceDefinition | undefined)
  readonly sink?: Sink & (SinkDefinition | undefined)
  readonly probe?: StorageDefinition['probe']
}): StorageDefinition<Name, Source, Sink> {
  assertDefinition(storageRules, definition)
  if (definition.source === undefined && definition.sink === undefined)
    throw fault(storageRules, definition, { fault: 'it has neither a source nor a sink' })
  return definition as never
}

function built<Definition extends { readonly options: unknown; readonly refine?: unknown }>(
  rules: DefinitionRules,
  definition: Definition,
) {
  assertDefinition(rules, { ...definition })
  const { options, refine, ...rest } = definition
  const shape = shapeOf(options)
  assertFields(rules, definition, shape)
  return { ...rest, shape, options: schemaOf(shape, refine as Refinement<never> | undefined) }
}
