import { z } from 'zod'
import { isSchema, type Schema } from '../../contracts/schema.js'
import { slotFacts } from './slot.js'

/** The options of a component: fields, a class of them, or a whole schema. */
export type Fields<S> = Schema | { readonly [Name in keyof S]: z.core.$ZodType }

/** The input of options. Options with defaults may be left out, and marks show which options name columns. */
export type InputOf<S> = WithoutIndex<
  S extends z.core.$ZodType ? z.input<S> : S extends Schema<infer In, infer _Out> ? In : z.input<z.ZodObject<S & {}>>
>
// Zod adds an index signature to an object without fields, which would refuse `use`.
type WithoutIndex<In> = [In] extends [Record<string, never>] ? Record<never, never> : In

/** The options after validation. */
export type OutputOf<S> = S extends z.core.$ZodType
  ? z.output<S>
  : S extends Schema<infer _In, infer Out>
    ? Out
    : z.output<z.ZodObject<S & {}>>

/** The names of the options of all branches; none for a schema with arbitrary names or without names. */
export type NamesOf<S> = Known<KeyOfAny<InputOf<S>> & string>
type Known<Name extends string> = string extends Name ? never : Name
export type KeyOfAny<Union> = Union extends unknown ? keyof Union : never

type Joined<Groups> = Groups extends readonly [infer First, ...infer Rest]
  ? (First extends new () => infer Group ? Group : First) & Joined<Rest>
  : unknown

/**
 * Combines several groups of fields, each a class or an object. The type names the classes, so that the declaration
 * files of a package keep their comments; a spread would lose them.
 *
 * @example options: fieldsOf({ input: column() }, SamplingOptions, LanguageOptions)
 */
export const fieldsOf = <const Groups extends readonly (object | (new () => object))[]>(
  ...groups: Groups
): Joined<Groups> => Object.assign({}, ...groups.map(shapeOf<object>)) as Joined<Groups>

/**
 * An option that is an object with fields of its own, given as a class so that their comments are kept.
 *
 * @example options: { inputs: objectOption(ComparedColumns) }
 */
export const objectOption = <S extends { readonly [Name in keyof S]: z.core.$ZodType }>(
  fields: new () => S,
): z.ZodObject<S & {}, z.core.$strict> => z.strictObject({ ...new fields() }) as never

/** Checks how options go together, which the schemas of single options cannot express. */
export type Refinement<Options> = (options: Options, context: Pick<z.RefinementCtx, 'addIssue'>) => void

/** The fields that a class declares. */
export function shapeOf<S>(options: S | (new () => S)): S {
  return typeof options === 'function' && !isSchema(options) ? new (options as new () => S)() : (options as S)
}

/** The schema of a component's declared options. Options that the fields do not name are refused. */
export function schemaOf(shape: unknown, refine?: Refinement<never>): Schema {
  if (isSchema(shape)) return shape
  const fields = { ...(shape as z.core.$ZodShape) }
  const schema = z.strictObject(fields).superRefine(insteadOfOthers(fields))
  return refine === undefined ? schema : schema.superRefine(refine as Refinement<unknown>)
}

/**
 * The schema of fields, for a class that accepts the same options as an operator.
 *
 * @example const schema = optionsSchema(fields) // schema.parse({ count: 3 })
 */
export const optionsSchema = <S>(
  fields: S | (new () => S),
  refine?: Refinement<OutputOf<S>>,
): z.ZodType<OutputOf<S>, unknown> => schemaOf(shapeOf(fields), refine as Refinement<never> | undefined) as never

/** Checks the options that are required unless another one is given, and that exclude it. */
function insteadOfOthers(fields: z.core.$ZodShape): Refinement<Readonly<Record<string, unknown>>> {
  const rules = Object.entries(fields).flatMap(([name, schema]) => {
    const facts = slotFacts(schema)
    return facts?.kind === 'unless' ? [{ name, ...facts }] : []
  })
  return (options, { addIssue }) => {
    for (const { name, others, required } of rules) {
      const isGiven = options[name] !== undefined
      const given = others.find((other) => options[other] !== undefined)
      const add = (message: string) => addIssue({ code: 'custom', path: [name], message, input: options })
      const names = others.map((other) => `\`${other}\``).join(' or ')
      if (given === undefined && required && !isGiven) add(`it is missing; set it or ${names}`)
      if (given !== undefined && isGiven) add(`it cannot be given together with \`${given}\``)
    }
  }
}
