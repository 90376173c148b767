/** The column name in the option `output`, or its default. */
export type OutputName<Options, Default extends string> = Options extends { readonly output: infer Name extends string }
  ? Name
  : Default
