import type { JsonSchema } from '../contracts/schema.js'
import { maestroError } from '../errors/error-table.js'

/** The part of a zod type that is used here. */
interface ZodType {
  readonly _zod: {
    readonly def: {
      readonly type: string
      readonly coerce?: boolean
      readonly catchall?: unknown
      readonly shape?: Readonly<Record<string, ZodType>>
    }
  }
}

/** Types that JSON cannot express, and their replacements. */
const impossible: Readonly<Record<string, { readonly reason: string; readonly fix: string }>> = {
  date: { reason: 'JSON has no dates', fix: 'Use z.iso.date(), z.iso.datetime() or z.coerce.date().' },
  bigint: { reason: 'JSON has no bigint', fix: 'Use z.int() or z.coerce.bigint().' },
  map: { reason: 'JSON has no Map', fix: 'Use z.record().' },
  set: { reason: 'JSON has no Set', fix: 'Use z.array().' },
  symbol: { reason: 'JSON has no symbols', fix: 'Use z.enum().' },
  function: { reason: 'JSON has no functions', fix: 'Leave it out of the schema.' },
  undefined: { reason: 'JSON has no undefined', fix: 'Use .optional() or z.null().' },
  void: { reason: 'JSON has no undefined', fix: 'Use .optional() or z.null().' },
  nan: { reason: 'JSON has no NaN', fix: 'Use z.number().nullable().' },
  file: { reason: 'JSON has no files', fix: 'Leave it out of the schema.' },
}

/** The input types of schemas that convert text or numbers. */
const coerced: Readonly<Record<string, JsonSchema>> = {
  date: { type: 'string', format: 'date-time' },
  bigint: { type: 'integer' },
}

const withDefault = new Set(['default', 'prefault', 'catch'])

/** How zod describes the input of a schema for a model. @throws for types that JSON cannot express */
export const zodOptions = {
  unrepresentable: 'any',
  override({
    zodSchema,
    jsonSchema,
  }: {
    readonly zodSchema: ZodType
    readonly jsonSchema: Record<string, unknown>
  }): void {
    const { type, coerce = false, catchall, shape = {} } = zodSchema._zod.def
    if (coerce && coerced[type] !== undefined) Object.assign(jsonSchema, coerced[type])
    else if (impossible[type] !== undefined) throw maestroError('MAESTRO_SERVING_SCHEMA_UNSUPPORTED', impossible[type])
    if (type !== 'object') return
    // A model may omit what the schema would drop, and may state what the schema would fill in.
    if (catchall === undefined) jsonSchema.additionalProperties = false
    const required = Object.keys(shape).filter(
      (name) =>
        (jsonSchema.required as string[] | undefined)?.includes(name) === true ||
        withDefault.has(shape[name]?._zod.def.type ?? ''),
    )
    if (required.length > 0) jsonSchema.required = required
  },
}
