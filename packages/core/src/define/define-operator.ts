import type { ColumnEffects, OperatorKind } from '../contracts/operator.js'
import type { Created, OperatorDefinition, OperatorNeeds, PromptOption } from '../contracts/operator-definition.js'
import { Prompt } from '../contracts/prompt.js'
import type { ColumnSet, Columns } from '../contracts/row.js'
import type { Injected, Token } from '../contracts/token.js'
import type { TypeFrom } from './effects/column-types.js'
import type { Effects, EffectTypes, RowFunction } from './effects/effects.js'
import { expandName, resolveEffects } from './effects/resolve-effects.js'
import type { NoSuchOption } from './options/faults.js'
import { type Fields, type NamesOf, type OutputOf, type Refinement, schemaOf, shapeOf } from './options/fields.js'
import { markedFields } from './options/marked-fields.js'
import { namedColumns } from './options/named-columns.js'
import type { PromptFacts } from './options/slot.js'

/** Columns by name, in which `{option}` stands for the value of an option. */
type Adds<Names extends string> = { readonly [Option in `{${Names}}`]?: TypeFrom<Names> } & {
  readonly [column: string]: TypeFrom<Names>
}

/** The first name in braces that is no option; and a bare name that is one, which lacks its braces. */
type WrongName<Name, Names extends string> = Name extends `${string}{${infer Options}}${infer Rest}`
  ? Exclude<Alternatives<Options>, Names> | WrongBraced<Rest, Names>
  : Name extends Names
    ? `{${Name}}`
    : never
type WrongBraced<Rest, Names extends string> = Rest extends `${string}{${string}` ? WrongName<Rest, Names> : never
type Alternatives<Options> = Options extends `${infer First}|${infer Rest}` ? First | Alternatives<Rest> : Options

type CheckedAdds<A, Names extends string> = {
  readonly [K in keyof A]: [WrongName<K, Names>] extends [never]
    ? TypeFrom<Names>
    : NoSuchOption<WrongName<K, Names>, Names>
}
type CheckedNames<List, Names extends string> = {
  readonly [I in keyof List]: [WrongName<List[I], Names>] extends [never]
    ? List[I]
    : NoSuchOption<WrongName<List[I], Names>, Names>
}

type None = Record<never, never>

/** Without a word about columns, all stay where rows only come and go; else nothing is known of what is added. */
type Said<A, Kind, Rest> = A extends 'unsaid'
  ? Kind extends 'filter' | 'table'
    ? None
    : [Rest] extends [undefined]
      ? 'unsaid'
      : None
  : A extends (...parameters: never[]) => unknown
    ? None
    : A

/**
 * Defines an operator: usable alone, in a pipeline, or contributed by a plugin. Its options are declared once: types,
 * defaults, the columns it names and adds, hover comments and the reference follow from them.
 *
 * @example
 * const shout = defineOperator({
 *   name: 'shout',
 *   kind: 'map',
 *   options: {
 *     // The column that is read.
 *     input: column('string'),
 *     // The column that is added.
 *     output: newColumn('loud'),
 *   },
 *   adds: { '{output}': 'string' },
 *   create: ({ input, output }) => (row) => ({ ...row, [output]: String(row[input]).toUpperCase() }),
 * })
 */
export function defineOperator<
  const Name extends string,
  const Kind extends OperatorKind,
  S extends Fields<S>,
  const A extends Adds<NamesOf<S>> | ((...parameters: never[]) => unknown) | 'unsaid' = 'unsaid',
  Made extends Columns = None,
  const Drops extends readonly string[] | undefined = undefined,
  const Keeps extends readonly string[] | undefined = undefined,
  const Renames extends `{${NamesOf<S>}}` | undefined = undefined,
  F extends RowFunction = never,
  const Tokens extends readonly Token<unknown>[] = [],
>(
  definition: {
    readonly name: Name
    readonly kind: Kind
    /** One line, for `maestro list` and the reference. A package says it in its manifest. */
    readonly description?: string
    /** Changes when results change for the same options. @default '1' */
    readonly version?: string
    /** Fields, a class of fields (for those that operators share), or a whole schema. */
    readonly options: S | (new () => S)
    /** Checks how options go together. Goes with fields; a whole schema has its own. */
    readonly refine?: Refinement<OutputOf<S>>
    /**
     * The columns that are added, or replaced: `{ '{output}': 'string', '{output}_score': 'number' }`. In a name,
     * `{option}` stands for the value of an option. A function gives them from the options, where data cannot say it.
     * Without it nothing is known of the rows after a step; `{}` says that nothing is added.
     */
    readonly adds?:
      | (A extends (...parameters: never[]) => unknown ? never : A & CheckedAdds<A, NamesOf<S>>)
      | ((options: OutputOf<S>, before: ColumnSet) => Made)
    /** The columns that go. */
    readonly drops?: Drops & CheckedNames<Drops, NamesOf<S>>
    /** Only these columns, and those that are added, remain. @default all */
    readonly keeps?: Keeps & CheckedNames<Keeps, NamesOf<S>>
    /** The option with new names by old ones, in braces. */
    readonly renames?: Renames
    /** Columns that are read beside those that options and prompts name. */
    reads?(options: OutputOf<S>): readonly string[]
    /** All that it does to columns, where only a function of the options and the columns that come in can say it. */
    columns?(options: OutputOf<S>, before: ColumnSet): ColumnEffects
    /** The row's type after the operator, where the rest cannot say it: `rowFunction<MyRow>()`. */
    readonly row?: F | undefined
    readonly inject?: Tokens
    create(options: OutputOf<S>, dependencies: Injected<Tokens>): Created<Kind>
  } & OperatorNeeds<OutputOf<S>>,
): OperatorDefinition<
  Name,
  S,
  [F] extends [never] ? EffectTypes<Said<A, Kind, Drops | Keeps | Renames>, Made, Drops, Keeps, Renames> : F,
  Kind
> {
  const { options, refine, adds, drops, keeps, renames, columns, reads, row: _row, ...rest } = definition
  const shape = shapeOf(options)
  const schema = schemaOf(shape, refine as Refinement<never> | undefined)
  const prompts = markedFields(schema, 'prompt').map(({ name, facts }) => promptOptionOf(name, facts))
  const sources = markedFields(schema, 'source').map(({ name }) => name)
  const effects = { adds, drops, keeps, renames } as Effects
  const isSaid = Object.values(effects).some((effect) => effect !== undefined)
  const unsaid: ColumnEffects = ['filter', 'table'].includes(definition.kind) ? {} : { opaque: true }
  return {
    ...rest,
    shape,
    options: schema,
    prompts,
    sources,
    columns: (given: Options, before: ColumnSet): ColumnEffects => {
      const said = columns?.(given as OutputOf<S>, before) ?? (isSaid ? resolveEffects(effects, given, before) : unsaid)
      const named = [
        ...namedColumns(schema, given),
        ...prompts.flatMap((prompt) => promptColumns(prompt, given)),
        ...(reads?.(given as OutputOf<S>) ?? []),
        ...(said.reads ?? []),
      ]
      return { ...said, reads: [...new Set(named)] }
    },
  } as never
}

type Options = Readonly<Record<string, unknown>>

function promptOptionOf(option: string, { allowed, variables, overRow }: PromptFacts): PromptOption {
  return {
    option,
    allowed,
    overRow,
    variables: (options) =>
      typeof variables === 'function'
        ? variables(options as Options)
        : variables.flatMap((name) => expandName(name, options as Options)),
  }
}

/** The columns that a prompt reads: its variables, but for those that the operator fills. */
function promptColumns({ option, variables, overRow = true }: PromptOption, options: Options): readonly string[] {
  const prompt = options[option]
  if (!overRow || !(prompt instanceof Prompt)) return []
  const own = variables?.(options) ?? []
  return prompt.variables.filter((name) => !own.includes(name))
}
