/** What the value of a column must be for a step to run: the value itself, or bounds. */
export type ValueCondition<Value> =
  | (Value & (string | number | bigint | boolean))
  | null
  | {
      /** One of these values. */
      readonly oneOf?: readonly (Value & (string | number | bigint | boolean))[]
      /** Any other value, or none. */
      readonly not?: (Value & (string | number | bigint | boolean)) | null
      /** This value or a greater one. A row without a value does not match. */
      readonly min?: Value & (string | number | bigint | Date)
      /** This value or a smaller one. A row without a value does not match. */
      readonly max?: Value & (string | number | bigint | Date)
    }

/**
 * Which rows a step works on: a condition for each of some columns, all of which must hold, or a function. The other
 * rows pass the step by unchanged.
 *
 * @example { language: 'en', score: { min: 3 } }
 */
export type Where<R> = { readonly [Name in keyof R & string]?: ValueCondition<R[Name]> } | ((row: R) => boolean)

/** A row that may have passed a step by: columns that the step adds or drops may be missing. */
export type PassedBy<Before, After> = string extends keyof Before | keyof After
  ? { [Name in keyof Before]: Name extends keyof After ? Before[Name] | After[Name] : unknown } & Record<
      string,
      unknown
    >
  : {
        [Name in keyof Before & keyof After]: Before[Name] | After[Name]
      } & {
        [Name in Exclude<keyof Before | keyof After, keyof Before & keyof After>]?: Name extends keyof Before
          ? Before[Name]
          : Name extends keyof After
            ? After[Name]
            : never
      } extends infer Row
    ? { [Name in keyof Row]: Row[Name] }
    : never
