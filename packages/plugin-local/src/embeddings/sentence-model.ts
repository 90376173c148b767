import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-node'
import { localError } from '../errors.js'
import type { EmbedSettings, ThreadData } from './embedding-messages.js'
import { normalize, poolText } from './pooling.js'
import { readSentenceModel } from './sentence-model-parts.js'
import type { SentenceSettings } from './sentence-settings.js'
import { SentenceTokenizer, type TokenizedText } from './sentence-tokenizer.js'
import { readSentenceEncoder } from './universal-sentence-encoder.js'

/**
 * How long an idle core looks for more work before it sleeps. If other processes are busy too, the library's default
 * wastes as much time as the work takes, and delays the cores that have work.
 */
const spinMicroseconds = '50'

/** The default maximum of tokens, if nothing states it. */
const usualTokens = 512

/** An embedding model in memory. It processes one batch at a time and blocks its thread meanwhile. */
export class SentenceModel {
  readonly #session: InferenceSession
  readonly #tensor: TensorConstructor
  readonly #output: string
  readonly #tokenizer: SentenceTokenizer
  readonly #settings: SentenceSettings

  private constructor(parts: {
    readonly session: InferenceSession
    readonly tensor: TensorConstructor
    readonly output: string
    readonly tokenizer: SentenceTokenizer
    readonly settings: SentenceSettings
  }) {
    this.#session = parts.session
    this.#tensor = parts.tensor
    this.#output = parts.output
    this.#tokenizer = parts.tokenizer
    this.#settings = parts.settings
  }

  /** @throws MAESTRO_LOCAL_NOT_SENTENCES, MAESTRO_LOCAL_ARCHIVE, and the libraries' errors for a broken file */
  static async load({ model, threads }: ThreadData): Promise<SentenceModel> {
    const parts = model.endsWith('.tgz') ? await readSentenceEncoder(model) : readSentenceModel(model)
    const { graph, settings } = parts
    const { Tokenizer } = await import('@huggingface/tokenizers')
    const tokenizer = new SentenceTokenizer(new Tokenizer(parts.tokenizer, parts.tokenizerConfig ?? {}))
    const { InferenceSession, Tensor } = (await import('onnxruntime-node')).default
    const options: InferenceSession.SessionOptions = {
      intraOpNumThreads: threads,
      extra: { session: { intra_op: { spin_duration_us: spinMicroseconds } } },
      // Errors are thrown; the library would also print them.
      logSeverityLevel: 4,
    }
    const session = await (typeof graph === 'string'
      ? InferenceSession.create(graph, options)
      : InferenceSession.create(graph, options))
    return new SentenceModel({ session, tensor: Tensor, output: outputOf(session, model), tokenizer, settings })
  }

  tokenize(text: string, { maxTokens }: EmbedSettings): TokenizedText {
    const { positions = Number.POSITIVE_INFINITY, maxTokens: usual = Math.min(positions, usualTokens) } = this.#settings
    return this.#tokenizer.tokenize(text, Math.min(positions, maxTokens ?? usual))
  }

  /** The vectors of tokenized texts. Shorter ones are padded. */
  async embed(
    texts: readonly { readonly ids: readonly number[]; readonly settings: EmbedSettings }[],
  ): Promise<Float32Array<ArrayBuffer>[]> {
    const length = texts.reduce((most, { ids }) => Math.max(most, ids.length), 1)
    const fill = (numberFor: (id: number) => number) => {
      const numbers = new BigInt64Array(texts.length * length)
      // The lower half of each number, because creating a bigint for each token takes longer.
      const halves = new Int32Array(numbers.buffer)
      for (const [text, { ids }] of texts.entries())
        for (const [at, id] of ids.entries()) halves[2 * (text * length + at)] = numberFor(id)
      return new this.#tensor('int64', numbers, [texts.length, length])
    }
    const inputs: Readonly<Record<string, Tensor>> = {
      input_ids: fill((id) => id),
      attention_mask: fill(() => 1),
      token_type_ids: fill(() => 0),
    }
    const feeds = Object.fromEntries(this.#session.inputNames.map((name) => [name, inputs[name] as Tensor]))
    const output = (await this.#session.run(feeds, [this.#output]))[this.#output] as Tensor
    const data = output.data as Float32Array
    return texts.map(({ ids, settings }, text) => {
      const { pooling = this.#settings.pooling ?? 'mean' } = settings
      const vector = poolText({ data, dims: output.dims }, text, ids.length, pooling)
      if (settings.normalize) normalize(vector)
      return vector
    })
  }

  dispose(): Promise<void> {
    return this.#session.release()
  }
}

const knownInputs = ['input_ids', 'attention_mask', 'token_type_ids']

/** The name of the first output with a vector for each token, or else of the one with a vector for each text. */
function outputOf(session: InferenceSession, model: string): string {
  const fail = (reason: string) => localError('MAESTRO_LOCAL_NOT_SENTENCES', { model, reason })
  const strange = session.inputNames.filter((name) => !knownInputs.includes(name))
  if (strange.length > 0 || !session.inputNames.includes('input_ids'))
    throw fail(`its inputs are ${session.inputNames.join(', ')}`)
  const outputs = session.outputMetadata.flatMap((output) => (output.isTensor ? [output] : []))
  const found = [3, 2].map((axes) => outputs.find(({ shape }) => shape.length === axes)).find((output) => output)
  if (found === undefined)
    throw fail(`its outputs are ${session.outputNames.join(', ')}, none of which is a list of vectors`)
  if (found.type !== 'float32') throw fail(`its vectors are of type ${found.type}`)
  return found.name
}
