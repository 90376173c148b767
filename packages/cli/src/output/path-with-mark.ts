const ending = /(\.[^./\\]+)(\.(?:gz|zst))?$/i

/** A path with a mark before its ending: `out/x.csv.gz` and `limit-3` become `out/x.limit-3.csv.gz`. */
export function pathWithMark(path: string, mark: string): string {
  const [whole] = ending.exec(path) ?? ['']
  return `${path.slice(0, path.length - whole.length)}.${mark}${whole}`
}
