import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { maestroError } from '../errors/error-table.js'
import { MaestroError } from '../errors/maestro-error.js'
import { reasonOf } from '../errors/reason-of.js'
import type { MediaAccess } from './media-access.js'
import { readBounded } from './read-bounded.js'

/**
 * The bytes of a project file. Links are resolved before the path is checked.
 *
 * @throws MAESTRO_MEDIA_MISSING, _PATH_OUTSIDE, _UNREADABLE, _TOO_LARGE before it is read
 */
export async function readMediaFile(
  path: string | URL,
  {
    directory = '.',
    allowOutside = false,
    maxBytes,
    signal,
  }: MediaAccess & { readonly maxBytes: number; readonly signal?: AbortSignal | undefined },
): Promise<Uint8Array> {
  const source = String(path)
  try {
    const given = resolve(directory, typeof path === 'string' ? path : fileURLToPath(path))
    // A path outside is refused whether it exists or not, so that the error does not reveal what lies there.
    if (!allowOutside && !isInside(given, resolve(directory))) throw outside(source, directory)
    const real = await realpath(given)
    if (!allowOutside && !isInside(real, await realpath(directory))) throw outside(source, directory)
    // Opening a pipe would block.
    const found = await stat(real)
    if (!found.isFile()) throw maestroError('MAESTRO_MEDIA_UNREADABLE', { source, reason: 'it is not a file' })
    if (found.size > maxBytes)
      throw maestroError('MAESTRO_MEDIA_TOO_LARGE', { source, bytes: found.size, limit: maxBytes })
    return await readBounded(createReadStream(real, { signal }), { source, maxBytes })
  } catch (error) {
    if (MaestroError.is(error) || signal?.aborted === true) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') throw maestroError('MAESTRO_MEDIA_MISSING', { source }, error)
    throw maestroError('MAESTRO_MEDIA_UNREADABLE', { source, reason: reasonOf(error) }, error)
  }
}

function isInside(path: string, directory: string): boolean {
  const way = relative(directory, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && resolve(directory, way) === path
}

const outside = (source: string, directory: string) => maestroError('MAESTRO_MEDIA_PATH_OUTSIDE', { source, directory })
