/** What fake values there are, by names in lower case with hyphens. */
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
export type FakeKind = (typeof fakeKinds)[number]

type Value = string | number | boolean

/** How the values of a column come about. */
export type Sampler = {
  /** The share of rows that have null instead, 0 to 1. @default 0 */
  readonly nulls?: number | undefined
} & (
  | {
      /** One of some values, all alike, or with the weight of each. */
      readonly category: readonly Value[] | Readonly<Record<string, number>>
    }
  | {
      /** Numbers between two, all alike. */
      readonly uniform: readonly [min: number, max: number]
      /** @default all */
      readonly decimals?: number | undefined
    }
  | {
      /** Numbers around a mean; those out of the bounds are drawn again. */
      readonly normal: {
        readonly mean: number
        readonly deviation: number
        readonly min?: number | undefined
        readonly max?: number | undefined
      }
      readonly decimals?: number | undefined
    }
  | {
      /** Whole numbers between two, both included. */
      readonly integer: readonly [min: number, max: number]
    }
  | {
      /** Times between two, as ISO 8601; a day alone gives days. */
      readonly date: readonly [from: string, to: string]
    }
  | {
      /** `sequence`: from `start` on, with a prefix a text; `uuid`: version 4, from the seed. */
      readonly id: 'sequence' | 'uuid'
      readonly start?: number | undefined
      readonly prefix?: string | undefined
    }
  | {
      /** A name, a place and the like, in the language of the source's `locale`. */
      readonly fake: FakeKind
    }
  | {
      /** A text with the values of other columns: `'{{first}} from {{city}}'`. */
      readonly template: string
    }
  | { readonly constant: Value | null }
  | {
      /** The sampler of the first case that fits. */
      readonly when: readonly {
        readonly column: string
        /** The value, or one of these. */
        readonly is: Value | null | readonly (Value | null)[]
        readonly use: Sampler
      }[]
      /** Where no case fits. @default null */
      readonly else?: Sampler | undefined
    }
)
