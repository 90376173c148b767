/** The number of rows that a source looks at to infer the types of its columns, unless somebody asks for others. */
export const rowsToInfer = 10_000
