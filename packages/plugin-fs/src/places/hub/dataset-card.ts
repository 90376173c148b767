import { parseDocument, stringify } from 'yaml'

/** Files of one split of one configuration. */
export interface SplitFiles {
  readonly config: string
  readonly split: string
  /** Globs of the repository. */
  readonly patterns: readonly string[]
}

const frontMatter = /^\ufeff?---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/

/** The splits that the card of a dataset names; undefined if it names none. */
export function splitsIn(card: string): readonly SplitFiles[] | undefined {
  const [, head] = frontMatter.exec(card) ?? []
  if (head === undefined) return undefined
  const document = parseDocument(head, { logLevel: 'silent' })
  if (document.errors.length > 0) return undefined
  const { configs } = (document.toJS() ?? {}) as { readonly configs?: unknown }
  if (!Array.isArray(configs)) return undefined
  return configs.flatMap(splitsOf)
}

function splitsOf(config: unknown): readonly SplitFiles[] {
  const { config_name: name, data_files: given } = (config ?? {}) as Record<string, unknown>
  const texts = (value: unknown) => [value].flat().filter((one) => typeof one === 'string')
  const split = (split: string, value: unknown) => ({
    config: String(name ?? 'default'),
    split,
    patterns: texts(value),
  })
  if (typeof given === 'string' || (Array.isArray(given) && given.every((one) => typeof one === 'string')))
    return [split('train', given)]
  if (Array.isArray(given))
    return given.map((one: { readonly split?: unknown; readonly path?: unknown }) => split(String(one.split), one.path))
  if (typeof given === 'object' && given !== null)
    return Object.entries(given).map(([name, patterns]) => split(name, patterns))
  return []
}

/** The card of a new dataset. */
export function newCard(title: string, { path, split, rows }: { path: string; split: string; rows: number }): string {
  const head = stringify({
    configs: [{ config_name: 'default', data_files: [{ split, path }] }],
    size_categories: [sizeCategory(rows)],
  })
  return `---\n${head}---\n\n# ${title}\n\nThe split \`${split}\` has ${rows} ${rows === 1 ? 'row' : 'rows'}, in \`${path}\`.\n`
}

/** The card with another split of the default configuration, or as it is if it names the file already. */
export function withSplit(card: string, { path, split }: { readonly path: string; readonly split: string }): string {
  const [whole, head] = frontMatter.exec(card) ?? []
  if (head === undefined || whole === undefined) return card
  const document = parseDocument(head, { logLevel: 'silent' })
  const splits = splitsIn(card)
  if (document.errors.length > 0 || splits === undefined || splits.some(({ patterns }) => patterns.includes(path)))
    return card
  const configs = (document.toJS() as { readonly configs: readonly Record<string, unknown>[] }).configs
  const index = configs.findIndex(({ config_name: name = 'default' }) => name === 'default')
  const listed = configs[index]?.data_files
  if (!Array.isArray(listed) || listed.some((one) => typeof one !== 'object' || one.split === split)) return card
  document.addIn(['configs', index, 'data_files'], document.createNode({ split, path }))
  return `---\n${document.toString()}---\n${card.slice(whole.length)}`
}

const sizes = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12]
const shown = (size: number) => (size < 1e6 ? `${size / 1e3}K` : size < 1e9 ? `${size / 1e6}M` : `${size / 1e9}B`)

/** The category of the hub for a number of rows. */
function sizeCategory(rows: number): string {
  const index = sizes.findIndex((size) => rows < size)
  if (index === 0) return 'n<1K'
  return index < 0 ? 'n>1T' : `${shown(sizes[index - 1] ?? 0)}<n<${shown(sizes[index] ?? 0)}`
}
