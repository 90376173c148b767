import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { localError } from '../errors.js'

/**
 * Checks that a file is the expected one. It is hashed once: a stamp beside it shows that it has not changed since.
 *
 * @throws MAESTRO_LOCAL_MODEL_HASH
 */
export async function verifyFile(path: string, sha256: string): Promise<void> {
  const stamp = `${path}.checked`
  const current = await stampOf(path, sha256)
  if ((await readFile(stamp, 'utf8').catch(() => '')) === current) return
  const found = await sha256Of(path)
  if (found !== sha256) throw localError('MAESTRO_LOCAL_MODEL_HASH', { file: path, expected: sha256, found })
  // In a folder that cannot be written, the file is hashed each time.
  await writeFile(stamp, current).catch(() => undefined)
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

async function stampOf(path: string, sha256: string): Promise<string> {
  const { size, mtimeMs } = await stat(path)
  return `${sha256} ${size} ${mtimeMs}`
}
