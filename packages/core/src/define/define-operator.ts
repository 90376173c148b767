import type { ColumnEffects, OperatorKind } from '../contracts/operator.js'
import type { Created, OperatorDefinition, OperatorNeeds, PromptOption } from '../contracts/operator-definition.js'
import { Prompt } from '../contracts/prompt.js'
import type { ColumnSet, Columns } from '../contracts/row.js'
import type { Injected, Token } from '../contracts/token.js'
import { assertOperatorDefinition, assertOperatorOptions } from './definition/operator-rules.js'
import { isListOfTexts } from './definition/rule.js'
import type { TypeFrom } from './effects/column-types.js'
import type { Effects, EffectTypes, RowFunction } from './effects/effects.js'
import { expandName, resolveEffects } from './effects/resolve-effects.js'
import type { NoSuchOption } from './options/faults.js'
import { type Fields, type NamesOf, type OutputOf, type Refinement, schemaOf, shapeOf } from './options/fields.js'
import { markedFields } from './options/marked-fields.js'
import { namedColumns } from './options/named-columns.js'
import type { PromptFacts } from './options/slot.js'

/** Columns by their names, in which `{option}` stands for the value of an option. */
type Adds<Names extends string> = { readonly [Option in `{${Names}}`]?: TypeFrom<Names> } & {
  readonly [column: string]: TypeFrom<Names>
}

/** The first name in braces that is not an option, or the first bare name of an option, which lacks its braces. */
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

/**
 * If columns are not declared, operators that only keep or drop rows keep all columns; for others, the added columns
 * are unknown.
 */
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
 * Defines an operator for use on its own, in a pipeline, or in a plugin. Its options are declared once. The types, the
 * defaults, the columns that it names and adds, the hover comments, and the reference follow from them.
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
    /** One line for `maestro list` and the reference. A package states it in its manifest. */
    readonly description?: string
    /** Changes when results change for the same options. @default '1' */
    readonly version?: string
    /** Fields, a class of fields (for those that operators share), or a whole schema. */
    readonly options: S | (new () => S)
    /** Checks how options go together. Use it with fields; a whole schema has its own checks. */
    readonly refine?: Refinement<OutputOf<S>>
    /**
     * The added or replaced columns: `{ '{output}': 'string', '{output}_score': 'number' }`. In a name, `{option}`
     * stands for the value of an option. A function returns them from the options if data cannot express them. Without
     * this property, the rows after a step are unknown; `{}` means that nothing is added.
     */
    readonly adds?:
      | (A extends (...parameters: never[]) => unknown ? never : A & CheckedAdds<A, NamesOf<S>>)
      | ((options: OutputOf<S>, before: ColumnSet) => Made)
    /** The columns that are removed. */
    readonly drops?: Drops & CheckedNames<Drops, NamesOf<S>>
    /** Only these columns and the added ones remain. @default all */
    readonly keeps?: Keeps & CheckedNames<Keeps, NamesOf<S>>
    /** The option, in braces, that maps old names to new ones. */
    readonly renames?: Renames
    /** The columns that are read in addition to those that options and prompts name. */
    reads?(options: OutputOf<S>): readonly string[]
    /** All effects on columns, if they depend on the options and the incoming columns. */
    columns?(options: OutputOf<S>, before: ColumnSet): ColumnEffects | Promise<ColumnEffects>
    /** The type of the row after the operator, if the other properties cannot express it: `rowFunction<MyRow>()`. */
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
  assertOperatorDefinition({ ...definition })
  const { options, refine, adds, drops, keeps, renames, columns, reads, row: _row, ...rest } = definition
  const shape = shapeOf(options)
  assertOperatorOptions({ ...definition }, shape)
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
    columns: (given: Options, before: ColumnSet): ColumnEffects | Promise<ColumnEffects> => {
      const withNamed = (said: ColumnEffects): ColumnEffects => {
        if (typeof said !== 'object' || said === null || Array.isArray(said)) return said
        const { reads: own = [] } = said
        const further = reads?.(given as OutputOf<S>) ?? []
        // The plan reports what is not a list.
        for (const list of [own, further]) if (!isListOfTexts(list)) return { ...said, reads: list }
        const ofPrompts = prompts.flatMap((prompt) => promptColumns(prompt, given))
        return { ...said, reads: [...new Set([...namedColumns(schema, given), ...ofPrompts, ...further, ...own])] }
      }
      const said = columns?.(given as OutputOf<S>, before) ?? (isSaid ? resolveEffects(effects, given, before) : unsaid)
      return said instanceof Promise ? said.then(withNamed) : withNamed(said)
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

/** The columns that a prompt reads: its variables except those that the operator fills. */
function promptColumns({ option, variables, overRow = true }: PromptOption, options: Options): readonly string[] {
  const prompt = options[option]
  if (!overRow || !(prompt instanceof Prompt)) return []
  const own = variables?.(options) ?? []
  return prompt.variables.filter((name) => !own.includes(name))
}
