import { extname } from 'node:path'
import { assertBounded } from './assert-bounded.js'

/**
 * Reads JSON or YAML with the readers of the config search. It accepts a byte order mark, which some editors write.
 *
 * @throws the reader's error, with line and column; MAESTRO_CONFIG_UNBOUNDED
 */
export async function readData(path: string, text: string): Promise<unknown> {
  const { defaultLoaders } = await import('cosmiconfig')
  const data: unknown = defaultLoaders[extname(path) === '.json' ? '.json' : '.yaml'](path, text.replace(/^\uFEFF/, ''))
  assertBounded(path, data)
  return data
}
