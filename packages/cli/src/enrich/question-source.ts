import type { FileSource } from './file-rows.js'

/** The file about whose rows a question is asked, as the source of a pipeline. */
export function questionSource(path: string, { delimiter, encoding }: Omit<FileSource, 'path'>) {
  const options: FileSource = {
    path,
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(encoding === undefined ? {} : { encoding }),
  }
  return { use: 'fs.file', options }
}
