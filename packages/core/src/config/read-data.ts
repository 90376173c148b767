import { extname } from 'node:path'

/**
 * Reads JSON or YAML with the readers of the config search. It accepts a byte order mark, which some editors write.
 *
 * @throws the reader's error, with line and column
 */
export async function readData(path: string, text: string): Promise<unknown> {
  const { defaultLoaders } = await import('cosmiconfig')
  return defaultLoaders[extname(path) === '.json' ? '.json' : '.yaml'](path, text.replace(/^\uFEFF/, ''))
}
