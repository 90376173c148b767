import type { RowFunction } from '@maestro-dataflow/core'

/** The value of a sampler. */
export type Sampled<S> =
  | (S extends { readonly nulls: number } ? null : never)
  | (S extends { readonly category: readonly (infer Value)[] }
      ? Value
      : S extends { readonly category: infer Weights }
        ? keyof Weights & string
        : S extends { readonly uniform: unknown } | { readonly normal: unknown } | { readonly integer: unknown }
          ? number
          : S extends { readonly date: unknown }
            ? Date
            : S extends { readonly id: 'uuid' } | { readonly prefix: string }
              ? string
              : S extends { readonly id: unknown }
                ? number
                : S extends { readonly fake: unknown } | { readonly template: unknown }
                  ? string
                  : S extends { readonly constant: infer Value }
                    ? Value
                    : S extends { readonly when: readonly { readonly use: infer Then }[] }
                      ? Sampled<Then> | (S extends { readonly else: infer Else } ? Sampled<Else> : null)
                      : unknown)

/** The rows of `synth.rows`: a column for each sampler. */
export interface SampledRow extends RowFunction {
  readonly row: this['options'] extends { readonly columns: infer Columns }
    ? { -readonly [Name in keyof Columns]: Sampled<Columns[Name]> }
    : Record<string, unknown>
}
