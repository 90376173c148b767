/** The names of labels, or the names with their meanings (`''` if a name explains itself). */
export type Labels = readonly string[] | Readonly<Record<string, string>>

/** The name of a label. */
export type LabelOf<Given> = Given extends readonly (infer Name)[] ? Name : keyof Given & string
