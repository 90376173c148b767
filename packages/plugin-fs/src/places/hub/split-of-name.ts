/** The names of splits in names of files, by the convention of the hub. */
const words: Readonly<Record<string, readonly string[]>> = {
  train: ['train', 'training'],
  validation: ['validation', 'valid', 'val', 'dev'],
  test: ['test', 'testing', 'eval', 'evaluation'],
}

/**
 * The split that the name of a file states, such as `data/train-00000-of-00002.parquet` or `test/rows.csv`; undefined if
 * it states none.
 */
export function splitOfName(path: string): string | undefined {
  const [, sharded] = /(?:^|\/)([\w.-]+?)-\d{5}-of-\d{5}\.[\w.]+$/.exec(path) ?? []
  const parts = path.toLowerCase().split(/[/._\-\s\d]+/)
  for (const [split, names] of Object.entries(words)) if (parts.some((part) => names.includes(part))) return split
  return sharded
}
