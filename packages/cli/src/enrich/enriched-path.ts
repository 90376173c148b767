const ending = /(\.[^./\\]+)(\.(?:gz|zst))?$/i
/** Formats that hold one text and no columns. */
const texts = /^\.(?:txt|text|md|markdown)$/i

/** Where enriched rows go when nothing is said: `reviews.csv.gz` -> `reviews.enriched.csv.gz`. */
export function enrichedPath(path: string): string {
  const [whole, format = '', compression = ''] = ending.exec(path) ?? ['']
  const name = path.slice(0, path.length - whole.length)
  return `${name}.enriched${texts.test(format) ? '.jsonl' : format}${compression}`
}
