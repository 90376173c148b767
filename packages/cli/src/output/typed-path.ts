import { relative, resolve, sep } from 'node:path'

/** Stands for standard input as a file to read, and for standard output as a file to write. */
export const standardPath = '-'

/** A path of the command line as an absolute one. `-` and a URL, which the storage refuses, stay as they are. */
export function typedPath(path: string): string {
  return isPlace(path) ? resolve(path) : path
}

/** A path of the command line as one of the project. */
export function projectPathOf(path: string, directory: string): string {
  return isPlace(path) ? relative(directory, resolve(path)).replaceAll(sep, '/') : path
}

function isPlace(path: string): boolean {
  return path !== standardPath && !/^[a-z][a-z\d+.-]+:\//i.test(path)
}
