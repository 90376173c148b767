import { fsError } from './errors.js'

/** Refuses a URL, which would otherwise become a folder called `https:`. @throws MAESTRO_FS_URL */
export function assertNoUrl(path: string): void {
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(path)) throw fsError('MAESTRO_FS_URL', { path })
}
