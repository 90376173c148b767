import { cliError } from '../errors.js'
import { standardPath } from '../output/typed-path.js'

const ending = /(\.[^./\\]+)(\.(?:gz|zst))?$/i
/** Formats that hold one text and no columns. */
const texts = /^\.(?:txt|text|md|markdown)$/i

/**
 * The default destination of enriched rows: `reviews.csv.gz` -> `reviews.enriched.csv.gz`. An input without columns,
 * such as a text or a folder, becomes JSONL. The rows of standard input go to standard output.
 *
 * @throws MAESTRO_CLI_USAGE for a pattern that stands for several files
 */
export function enrichedPath(path: string): string {
  if (path === standardPath) return standardPath
  if (/[*?]/.test(path)) throw cliError('MAESTRO_CLI_USAGE', { reason: `Name the output for ${path} with --to.` })
  const [whole, format = '', compression = ''] = ending.exec(path) ?? ['']
  const name = path.slice(0, path.length - whole.length).replace(/[/\\]$/, '')
  return `${name}.enriched${format === '' || texts.test(format) ? '.jsonl' : format}${compression}`
}
