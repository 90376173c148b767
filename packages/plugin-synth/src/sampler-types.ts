/** The kinds of fake values, with names in lower case and hyphens. */
export const fakeKinds = [
  'first-name',
  'last-name',
  'full-name',
  'email',
  'phone',
  'job',
  'company',
  'product',
  'city',
  'country',
  'street',
  'word',
  'sentence',
  'paragraph',
] as const
/** A kind of invented value. */
export type FakeKind = (typeof fakeKinds)[number]

type Value = string | number | boolean

/** How the values of a column are generated. */
export type Sampler = {
  /** The share of rows with null instead, 0 to 1. @default 0 */
  readonly nulls?: number | undefined
} & (
  | {
      /** One of some values, with equal probability or with the weight of each. */
      readonly category: readonly Value[] | Readonly<Record<string, number>>
    }
  | {
      /** Numbers between two bounds, uniformly distributed. */
      readonly uniform: readonly [min: number, max: number]
      /** @default all */
      readonly decimals?: number | undefined
    }
  | {
      /** Normally distributed numbers; those outside the bounds are drawn again. */
      readonly normal: {
        readonly mean: number
        readonly deviation: number
        readonly min?: number | undefined
        readonly max?: number | undefined
      }
      readonly decimals?: number | undefined
    }
  | {
      /** Whole numbers between two bounds, which are included. */
      readonly integer: readonly [min: number, max: number]
    }
  | {
      /** Times between two bounds, as ISO 8601; bounds without a time of day give days. */
      readonly date: readonly [from: string, to: string]
    }
  | {
      /** `sequence`: counts from `start`, as a text if there is a prefix; `uuid`: version 4, from the seed. */
      readonly id: 'sequence' | 'uuid'
      readonly start?: number | undefined
      readonly prefix?: string | undefined
    }
  | {
      /** A name, a place, or another fake value in the language of the source's `locale`. */
      readonly fake: FakeKind
    }
  | {
      /** A text with the values of other columns: `'{{first}} from {{city}}'`. */
      readonly template: string
    }
  | { readonly constant: Value | null }
  | {
      /** The sampler of the first case that matches. */
      readonly when: readonly {
        readonly column: string
        /** The value, or one of these. */
        readonly is: Value | null | readonly (Value | null)[]
        readonly use: Sampler
      }[]
      /** The sampler if no case matches. @default null */
      readonly else?: Sampler | undefined
    }
)
