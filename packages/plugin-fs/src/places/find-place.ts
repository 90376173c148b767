import { fsError } from '../errors.js'
import type { Project } from '../found-file.js'
import type { ReadOptions } from '../options.js'
import type { HubReadOptions, HubWriteOptions } from './hub/hub-options.js'
import type { Place } from './place.js'

/** The options that say how places are reached. */
export type PlaceOptions = Pick<ReadOptions, 's3' | 'web'> & {
  readonly hub?: (HubReadOptions & HubWriteOptions) | undefined
}

const scheme = /^([a-z][a-z\d+.-]+):\/\//i

/** The beginning of an address, also with one slash, which would otherwise become a folder named `https:`. */
const addressLike = /^[a-z][a-z\d+.-]+:\//i

/** Whether a path names a place outside this machine. */
export const isRemote = (path: string): boolean => addressLike.test(path)

/** The place of a path outside this machine. What reaches it is loaded when it is needed. @throws MAESTRO_FS_URL */
export async function placeOf(path: string, options: PlaceOptions, project: Project): Promise<Place> {
  switch (scheme.exec(path)?.[1]?.toLowerCase()) {
    case 's3':
      return (await import('./s3/s3-place.js')).s3Place(options.s3, project)
    case 'https':
    case 'http':
      return (await import('./web/web-place.js')).webPlace(options.web, project)
    case 'hf':
      return (await import('./hub/hub-place.js')).hubPlace(options.hub, project)
    default:
      throw fsError('MAESTRO_FS_URL', { path })
  }
}
