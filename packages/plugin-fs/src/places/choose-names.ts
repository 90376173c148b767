import picomatch from 'picomatch'
import { fsError } from '../errors.js'
import { type FileFormat, formatByName } from '../format.js'

/** How the files of a place without folders are chosen by their names. */
export interface NameChoice {
  /** What all chosen names begin with, so that a place need not list others. */
  readonly prefix: string
  isChosen(name: string): boolean
}

/** A pattern chooses the names that match it. */
export function matching(pattern: string): NameChoice {
  const { base } = picomatch.scan(pattern)
  return { prefix: base === '' ? '' : `${base}/`, isChosen: picomatch(pattern) }
}

/** A folder chooses all files in it whose format is known or, with a format, those of this format. No hidden ones. */
export function inFolder(folder: string, format: FileFormat | undefined): NameChoice {
  const prefix = folder === '' || folder.endsWith('/') ? folder : `${folder}/`
  return {
    prefix,
    isChosen(name) {
      const inside = name.slice(prefix.length)
      const known = formatByName(name)
      return !/(^|\/)[._]/.test(inside) && (format === undefined ? known !== undefined : known === format)
    },
  }
}

/** @throws MAESTRO_FS_FOLDER_EMPTY */
export function assertFound(files: readonly unknown[], path: string, format: FileFormat | undefined): void {
  if (files.length === 0) throw fsError('MAESTRO_FS_FOLDER_EMPTY', { path, format })
}
