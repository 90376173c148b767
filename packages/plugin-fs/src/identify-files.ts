import type { FoundFile } from './found-file.js'

/** The number of files that are looked at at once. */
const together = 16

/** Identifies the content of files, by their names. */
export async function identifyFiles(
  files: readonly FoundFile[],
  isFull: boolean,
): Promise<Readonly<Record<string, string>>> {
  const parts: Record<string, string> = {}
  for (let start = 0; start < files.length; start += together) {
    const some = files.slice(start, start + together)
    const found = await Promise.all(some.map(({ file }) => file.identity(isFull)))
    for (const [index, { name }] of some.entries()) parts[`the file ${name}`] = found[index] as string
  }
  return parts
}
