import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pullModel } from '../models/known-models.js'
import { SentenceModel } from './sentence-model.js'
import { readSentenceEncoder } from './universal-sentence-encoder.js'

interface Reference {
  readonly texts: readonly {
    readonly text: string
    readonly tokens: readonly number[]
    readonly vector: readonly number[]
  }[]
}

test('the graph gives the vectors that TensorFlow.js gives with the same weights', async () => {
  const file = join(import.meta.dirname, '__fixtures__', 'universal-sentence-encoder.json')
  const { texts } = JSON.parse(await readFile(file, 'utf8')) as Reference
  const model = await SentenceModel.load({ model: await pullModel('universal-sentence-encoder'), threads: 1 })
  const settings = { normalize: true }
  const tokenized = texts.map(({ text }) => model.tokenize(text, settings))
  expect(tokenized.map(({ ids }) => ids)).toEqual(texts.map(({ tokens }) => tokens))
  expect(tokenized.map(({ isCut }) => isCut)).toEqual(texts.map((_, at) => at === texts.length - 1))
  const vectors = await model.embed(tokenized.map(({ ids }) => ({ ids, settings })))
  for (const [at, { vector }] of texts.entries()) {
    expect(vectors[at]).toHaveLength(512)
    for (const [column, value] of vector.entries()) expect(vectors[at]?.[column]).toBeCloseTo(value, 5)
  }
  await model.dispose()
})

test('a package that lacks a part is a clear error', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'maestro-encoder-'))
  const archive = join(folder, 'encoder.tgz')
  const pack = async (files: Readonly<Record<string, string>>) => {
    await mkdir(join(folder, 'package', 'dist'), { recursive: true })
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, 'package', 'dist', name), content)
    execFileSync('tar', ['-czf', archive, 'package'], { cwd: folder })
  }
  const missing = (reason: string) =>
    expect(readSentenceEncoder(archive)).rejects.toMatchObject({ code: 'MAESTRO_LOCAL_ARCHIVE', details: { reason } })
  await pack({ 'other.json': '{}' })
  await missing('package/dist/model.json is not in it')
  await pack({ 'model.json': JSON.stringify({ weightsManifest: [] }), 'vocab.json': '[]' })
  await missing('the weights module/Embeddings_en are not in it')
  await rm(folder, { recursive: true, force: true })
})
