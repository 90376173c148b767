import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ModelProgressEvent } from './fetch-model.js'
import { listModels, modelPath, pullModel } from './known-models.js'
import { modelFolder } from './model-folder.js'
import type { ModelSource } from './model-source.js'
import { type ModelEntry, modelTable } from './model-table.js'
import { resolveModel } from './resolve-model.js'

const content = Buffer.from('a model '.repeat(1000))
const sha256 = createHash('sha256').update(content).digest('hex')

let folder = ''
let original = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maestro-resolve-'))
  original = join(folder, 'original.gguf')
  await writeFile(original, content)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

const models = () => join(folder, 'models')
const file = (name: string, ...sources: ModelSource[]) => ({ file: name, bytes: content.length, sha256, sources })
const entry = (...sources: ModelSource[]): ModelEntry => ({
  name: 'tiny-model',
  kind: 'chat',
  description: 'for a test',
  license: 'Apache-2.0',
  files: [file('tiny.gguf', ...sources)],
})
const resolve = (...sources: ModelSource[]) =>
  resolveModel('tiny-model', { folder: models(), table: [entry(...sources)] })

describe('resolveModel', () => {
  test('fetches a known model into the folder, with progress from nothing to all', async () => {
    const seen: unknown[] = []
    const path = await resolveModel('tiny-model', {
      folder: models(),
      table: [entry({ kind: 'path', path: original })],
      onProgress: (event) => seen.push(event),
    })
    expect(path).toBe(join(models(), 'tiny.gguf'))
    expect((await readFile(path)).equals(content)).toBe(true)
    const about = { model: 'tiny-model', source: original, bytesTotal: content.length }
    expect(seen.at(0)).toEqual({ ...about, bytesDone: 0 })
    expect(seen.at(-1)).toEqual({ ...about, bytesDone: content.length })
  })

  test('goes on to the next source, and names every one when none has it', async () => {
    const missing = { kind: 'path', path: join(folder, 'missing.gguf') } as const
    const wrong = { kind: 'path', path: join(folder, 'wrong.gguf') } as const
    await writeFile(wrong.path, 'something else')
    const error = await resolve(missing, wrong).catch((thrown) => thrown)
    expect(error).toMatchObject({
      code: 'MAESTRO_LOCAL_MODEL_UNREACHABLE',
      hint: expect.stringContaining(join(models(), 'tiny.gguf')),
    })
    expect(error.message).toContain(`${missing.path}: The file ${missing.path} does not exist.`)
    expect(error.message).toContain(`${wrong.path}: The download from ${wrong.path} is not the expected file`)
    expect(await readdir(models())).toEqual([])
    await expect(resolve(missing, wrong, { kind: 'path', path: original })).resolves.toContain('tiny.gguf')
  })

  test('a file in the folder that is not the expected one is named, with both hashes and what to do', async () => {
    const path = await resolve({ kind: 'path', path: original })
    await writeFile(path, 'damaged')
    await expect(resolve({ kind: 'path', path: original })).rejects.toMatchObject({
      code: 'MAESTRO_LOCAL_MODEL_HASH',
      details: { file: path, expected: sha256, found: createHash('sha256').update('damaged').digest('hex') },
      hint: expect.stringContaining(`Delete ${path}`),
    })
    await rm(path)
    await expect(resolve({ kind: 'path', path: original })).resolves.toBe(path)
  })

  test('a file placed by hand is taken, without any source', async () => {
    await mkdir(models())
    await writeFile(join(models(), 'tiny.gguf'), content)
    await expect(resolve()).resolves.toBe(join(models(), 'tiny.gguf'))
  })

  test('the remains of a killed process are removed after an hour, and files in progress are not', async () => {
    await mkdir(models())
    const [old, fresh] = [join(models(), 'tiny.gguf.aa.tmp'), join(models(), 'tiny.gguf.bb.tmp')]
    await writeFile(old, 'half')
    await utimes(old, new Date(0), new Date(0))
    await writeFile(fresh, 'half')
    await resolve({ kind: 'path', path: original })
    expect([existsSync(old), existsSync(fresh)]).toEqual([false, true])
  })

  test('the path of a .gguf file is relative to the directory; one that is not there is named', async () => {
    await expect(resolveModel('original.gguf', { directory: folder })).resolves.toBe(original)
    await expect(resolveModel('other.gguf', { directory: folder })).rejects.toMatchObject({
      code: 'MAESTRO_LOCAL_FILE_MISSING',
      details: { file: join(folder, 'other.gguf') },
    })
  })

  test('an unknown model: the near one and all known ones are named', async () => {
    await expect(resolveModel('smolm2-135m-instruct')).rejects.toMatchObject({
      code: 'MAESTRO_LOCAL_MODEL_UNKNOWN',
      hint: expect.stringMatching(/^Did you mean "smollm2-135m-instruct"\? Known: smollm2-135m-instruct/),
    })
  })

  test('a folder that cannot be made is named', async () => {
    await writeFile(models(), 'a file where the folder should be')
    await expect(resolve({ kind: 'path', path: original })).rejects.toMatchObject({
      code: 'MAESTRO_LOCAL_MODEL_FOLDER',
      details: { folder: models() },
    })
  })

  test('missing files are downloaded, the main one last, and the progress covers all of them', async () => {
    const files = [file('two/model.onnx', { kind: 'path', path: original }), file('two/tokenizer.json')] as const
    const model: ModelEntry = { ...entry(), kind: 'embedding', files }
    const tokenizer = { ...files[1], sources: [{ kind: 'path', path: original }] } as const
    await expect(resolveModel('tiny-model', { folder: models(), table: [model] })).rejects.toMatchObject({
      code: 'MAESTRO_LOCAL_FILE_MISSING',
      details: { file: join(models(), 'two', 'tokenizer.json') },
    })
    expect(existsSync(join(models(), 'two', 'model.onnx'))).toBe(false)
    const seen: ModelProgressEvent[] = []
    const table = [{ ...model, files: [files[0], tokenizer] as const }]
    const path = await resolveModel('tiny-model', { folder: models(), table, onProgress: (event) => seen.push(event) })
    expect(path).toBe(join(models(), 'two', 'model.onnx'))
    const done = seen.map(({ bytesDone }) => bytesDone)
    expect(done).toEqual([...done].sort((a, b) => a - b))
    expect(seen.at(-1)).toMatchObject({ bytesDone: 2 * content.length, bytesTotal: 2 * content.length })
    await rm(join(models(), 'two', 'tokenizer.json'))
    await resolveModel('tiny-model', { folder: models(), table })
    expect(existsSync(join(models(), 'two', 'tokenizer.json'))).toBe(true)
  })

  test('an abort does not lead to the next source', async () => {
    const options = { folder: models(), table: [entry({ kind: 'path', path: original })] }
    await expect(
      resolveModel('tiny-model', { ...options, signal: AbortSignal.abort(new RangeError('enough')) }),
    ).rejects.toThrow('enough')
    expect(await readdir(models())).toEqual([])
  })
})

describe('the models as files', () => {
  test('the list shows the models on this machine, and a missing one comes with the command that fetches it', async () => {
    vi.stubEnv('MAESTRO_MODELS', models())
    expect(modelFolder()).toBe(models())
    const [first] = modelTable
    if (first === undefined) throw new RangeError('the table is empty')
    expect(await listModels()).toMatchObject(modelTable.map(({ name, kind }) => ({ name, kind, path: undefined })))
    await expect(modelPath(first.name)).rejects.toMatchObject({
      code: 'MAESTRO_LOCAL_MODEL_MISSING',
      hint: expect.stringContaining(`maestro models pull ${first.name}`),
    })
  })

  test('a model of the table is fetched unless it is there, and is then found', async () => {
    const path = await pullModel('smollm2-135m-instruct')
    expect(await modelPath('smollm2-135m-instruct')).toBe(path)
    expect(await listModels()).toContainEqual(expect.objectContaining({ name: 'smollm2-135m-instruct', path }))
  })

  test('two processes that fetch one model at once both get it', async () => {
    let asked = 0
    const waiting: (() => void)[] = []
    // Neither gets its answer before both have asked.
    const hub = createServer((_, response) => {
      waiting.push(() => response.end(content))
      if (++asked === 2) for (const answer of waiting) answer()
    })
    await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve))
    const environment = {
      ...process.env,
      MAESTRO_MODELS: models(),
      HF_ENDPOINT: `http://127.0.0.1:${(hub.address() as AddressInfo).port}`,
    }
    const script = `
      import { pullModel } from '@maestro-dataflow/plugin-local/models'
      console.log(await pullModel('hf:maker/tiny/tiny.gguf'))`
    const run = () =>
      promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
        cwd: import.meta.dirname,
        env: environment,
      })
    const [a, b] = await Promise.all([run(), run()])
    hub.close()
    const path = join(models(), 'hugging-face', 'maker', 'tiny', 'main', 'tiny.gguf')
    expect([a.stdout.trim(), b.stdout.trim()]).toEqual([path, path])
    expect((await readFile(path)).equals(content)).toBe(true)
    expect(await readdir(join(path, '..'))).toEqual(['tiny.gguf'])
  })

  test('the entry for tools loads no model library', async () => {
    const script = `
      import { registerHooks } from 'node:module'
      const loaded = []
      registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
      await import('@maestro-dataflow/plugin-local/models')
      console.log(loaded.length, loaded.filter((url) => /node_modules\\/(?!@maestro-dataflow|zod\\/)/.test(url)).join())`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: import.meta.dirname,
    })
    expect(stdout).toMatch(/^[1-9]\d+ \n$/)
  })
})
