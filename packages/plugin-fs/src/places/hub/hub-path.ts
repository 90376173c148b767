import { fsError } from '../../errors.js'

/** A path within a dataset of a hub. */
export interface HubPath {
  /** `owner/name`. */
  readonly repository: string
  /** A branch, a tag, or a commit. */
  readonly revision: string
  /** A file, a glob, or a folder; empty for the whole dataset. */
  readonly path: string
}

/** Reads `hf://datasets/owner/name[@revision][/path]`. A slash in a revision is written `%2F`. @throws MAESTRO_FS_PLACE_PATH */
export function hubPathOf(given: string): HubPath {
  const [, owner, name, revision, path = ''] =
    /^hf:\/\/datasets\/([\w.-]+)\/([\w.-]+)(?:@([^/]+))?(?:\/(.*))?$/is.exec(given) ?? []
  if (owner === undefined || name === undefined)
    throw fsError('MAESTRO_FS_PLACE_PATH', { path: given, reason: 'it names no dataset as hf://datasets/owner/name' })
  return {
    repository: `${owner}/${name}`,
    revision: decodeURIComponent(revision ?? 'main'),
    path: path.replace(/\/+$/, ''),
  }
}
