import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { OnnxGraph } from './onnx-graph.js'
import { SentenceModel } from './sentence-model.js'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maestro-sentences-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const vocab = { '[UNK]': 0, a: 1, b: 2, c: 3 }
const tokenizer = {
  version: '1.0',
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: 'WhitespaceSplit' },
  post_processor: null,
  decoder: null,
  model: { type: 'WordPiece', vocab, unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 9 },
}

/** A model that looks each token up in a small table. */
async function load(build: (graph: OnnxGraph, vectors: string) => void, input = 'input_ids'): Promise<SentenceModel> {
  const graph = new OnnxGraph()
  const table = graph.floats([4, 2], [0, 0, 1, 2, 3, 4, 5, 9])
  build(graph, graph.apply('Gather', [table, graph.input(input, 'int64', ['batch', 'tokens'])]))
  const model = join(folder, 'model.onnx')
  await writeFile(model, graph.toBytes())
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer))
  return SentenceModel.load({ model, threads: 1 })
}
const settings = { normalize: false }
const vectors = async (model: SentenceModel, texts: readonly string[], pooling?: 'mean' | 'cls') => {
  const given = { ...settings, pooling }
  const batch = texts.map((text) => ({ ids: model.tokenize(text, given).ids, settings: given }))
  return (await model.embed(batch)).map((vector) => Array.from(vector))
}

describe('SentenceModel', () => {
  test('pools the tokens of each text, without its padding', async () => {
    const model = await load((graph, tokens) => graph.output('tokens', tokens, 'float', ['batch', 'tokens', 2]))
    expect(await vectors(model, ['a b c', 'b'])).toEqual([
      [3, 5],
      [3, 4],
    ])
    expect(await vectors(model, ['c b', 'b'], 'cls')).toEqual([
      [5, 9],
      [3, 4],
    ])
    await model.dispose()
  })

  test('a text of no tokens has a vector of zeros, also at length 1', async () => {
    const model = await load((graph, tokens) => graph.output('tokens', tokens, 'float', ['batch', 'tokens', 2]))
    expect(await vectors(model, ['', 'a'])).toEqual([
      [0, 0],
      [1, 2],
    ])
    const [zeros] = await model.embed([{ ids: [], settings: { normalize: true } }])
    expect(zeros).toEqual(Float32Array.of(0, 0))
    await model.dispose()
  })

  test('takes the first output with a vector for each token, whatever its name', async () => {
    const model = await load((graph, tokens) => {
      const sum = graph.apply('ReduceSum', [tokens, graph.integers(1)], { keepdims: { int: 0 } })
      graph.output('sum', sum, 'float', ['batch', 2])
      graph.output('882', tokens, 'float', ['batch', 'tokens', 2])
    })
    expect(await vectors(model, ['a b'])).toEqual([[2, 3]])
    await model.dispose()
  })

  test('takes one vector for each text as it is', async () => {
    const model = await load((graph, tokens) => {
      const sum = graph.apply('ReduceSum', [tokens, graph.integers(1)], { keepdims: { int: 0 } })
      graph.output('sum', sum, 'float', ['batch', 2])
    })
    expect(await vectors(model, ['a b', 'c c'])).toEqual([
      [4, 6],
      [10, 18],
    ])
    await model.dispose()
  })

  test.each([
    [
      'other inputs',
      'its inputs are pixels',
      (graph: OnnxGraph, tokens: string) => graph.output('tokens', tokens, 'float', ['batch', 'tokens', 2]),
      'pixels',
    ],
    [
      'no vectors',
      'its outputs are flat, none of which is a list of vectors',
      (graph: OnnxGraph, tokens: string) =>
        graph.output(
          'flat',
          graph.apply('ReduceSum', [tokens, graph.integers(1, 2)], { keepdims: { int: 0 } }),
          'float',
          ['batch'],
        ),
      'input_ids',
    ],
    [
      'vectors of another type',
      'its vectors are of type int64',
      (graph: OnnxGraph, tokens: string) =>
        graph.output('whole', graph.apply('Cast', [tokens], { to: { int: 7 } }), 'int64', ['batch', 'tokens', 2]),
      'input_ids',
    ],
  ])('%s: it is not a sentence embedding model', async (_, reason, build, input) => {
    await expect(load(build, input)).rejects.toMatchObject({ code: 'MAESTRO_LOCAL_NOT_SENTENCES', details: { reason } })
  })

  test('an unknown pooling is an error and is not replaced by another one', async () => {
    await mkdir(join(folder, '1_Pooling'))
    const pooling = { pooling_mode_mean_tokens: true, pooling_mode_max_tokens: true }
    await writeFile(join(folder, '1_Pooling', 'config.json'), JSON.stringify(pooling))
    await expect(
      load((graph, tokens) => graph.output('tokens', tokens, 'float', ['batch', 'tokens', 2])),
    ).rejects.toMatchObject({
      code: 'MAESTRO_LOCAL_NOT_SENTENCES',
      details: { reason: 'it pools by pooling_mode_mean_tokens and pooling_mode_max_tokens' },
    })
  })
})
