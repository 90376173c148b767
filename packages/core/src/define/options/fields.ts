import { z } from 'zod'
import type { Schema } from '../../contracts/schema.js'
import { slotFacts } from './slot.js'

/** The options of a component: fields, a class of them, or a whole schema. */
export type Fields<S> = Schema | { readonly [Name in keyof S]: z.core.$ZodType }

/** What is given for options. Defaults may be left out, and marks say what names a column. */
export type InputOf<S> = WithoutIndex<
  S extends z.core.$ZodType ? z.input<S> : S extends Schema<infer In, infer _Out> ? In : z.input<z.ZodObject<S & {}>>
>
// Zod gives an object without fields an index signature, which would refuse `use` beside it.
type WithoutIndex<In> = [In] extends [Record<string, never>] ? Record<never, never> : In

/** What options are after they were checked. */
export type OutputOf<S> = S extends z.core.$ZodType
  ? z.output<S>
  : S extends Schema<infer _In, infer Out>
    ? Out
    : z.output<z.ZodObject<S & {}>>

/** The names of the options, of all branches. A schema of any names, or of none, has none that are known. */
export type NamesOf<S> = Known<KeyOfAny<InputOf<S>> & string>
type Known<Name extends string> = string extends Name ? never : Name
export type KeyOfAny<Union> = Union extends unknown ? keyof Union : never

type Joined<Groups> = Groups extends readonly [infer First, ...infer Rest]
  ? (First extends new () => infer Group ? Group : First) & Joined<Rest>
  : unknown

/**
 * Several groups of fields as one, each a class or an object. The type names the classes, so that their comments reach
 * the declaration files of a package; a spread would lose them.
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

/** Checks what single options cannot say: how they go together. */
export type Refinement<Options> = (options: Options, context: Pick<z.RefinementCtx, 'addIssue'>) => void

/** The fields of a class of them. */
export function shapeOf<S>(options: S | (new () => S)): S {
  return typeof options === 'function' ? new (options as new () => S)() : options
}

/** The schema of what a component is declared to take. Options that fields do not name are refused. */
export function schemaOf(shape: unknown, refine?: Refinement<never>): Schema {
  if (isSchema(shape)) return shape
  const fields = { ...(shape as z.core.$ZodShape) }
  const schema = z.strictObject(fields).superRefine(insteadOfOthers(fields))
  return refine === undefined ? schema : schema.superRefine(refine as Refinement<unknown>)
}

/**
 * The schema of fields, for a class that takes the same options as an operator.
 *
 * @example const schema = optionsSchema(fields) // schema.parse({ count: 3 })
 */
export const optionsSchema = <S>(
  fields: S | (new () => S),
  refine?: Refinement<OutputOf<S>>,
): z.ZodType<OutputOf<S>, unknown> => schemaOf(shapeOf(fields), refine as Refinement<never> | undefined) as never

const isSchema = (shape: unknown): shape is Schema =>
  typeof shape === 'object' && shape !== null && '~standard' in shape

/** Options that must be given unless another one is, and have no place beside it. */
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
      if (given === undefined && required && !isGiven) add(`it is missing; or give ${names} instead`)
      if (given !== undefined && isGiven) add(`it cannot be given together with \`${given}\``)
    }
  }
}
