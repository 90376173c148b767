import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { localError } from '../errors.js'
import type { FetchOptions, PathSource } from './model-source.js'
import { streamToFile } from './stream-to-file.js'

/** Copies a file. */
export async function fetchFromPath(source: PathSource, target: string, options: FetchOptions = {}): Promise<void> {
  const found = await stat(source.path).catch(() => undefined)
  if (found?.isFile() !== true) throw localError('MAESTRO_LOCAL_FILE_MISSING', { file: source.path })
  await streamToFile(createReadStream(source.path), target, options, found.size)
}
