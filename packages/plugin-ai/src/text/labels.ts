/** Names of labels, or names with what each means (`''`: nothing to say). */
export type Labels = readonly string[] | Readonly<Record<string, string>>

/** The name of a label. */
export type LabelOf<Given> = Given extends readonly (infer Name)[] ? Name : keyof Given & string
