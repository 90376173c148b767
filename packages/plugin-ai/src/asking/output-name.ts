/** The name of the column that the option `output` gives, or its default. */
export type OutputName<Options, Default extends string> = Options extends { readonly output: infer Name extends string }
  ? Name
  : Default
