import { dirname } from 'node:path'

/** The folder of a file and all folders around it, from the inside. */
export function foldersAbove(path: string): readonly string[] {
  const folders = [dirname(path)]
  for (let folder = dirname(path); dirname(folder) !== folder; folder = dirname(folder)) folders.push(dirname(folder))
  return folders
}
