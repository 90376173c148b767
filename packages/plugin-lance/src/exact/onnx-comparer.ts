import type { InferenceSession } from 'onnxruntime-node'
import type { Comparer, Comparison, Nearest } from './nearest.js'
import { searchGraph } from './onnx-search-graph.js'

type Onnx = typeof import('onnxruntime-node')

/** Compares vectors by one matrix product and a selection, by ONNX Runtime on all cores. */
export class OnnxComparer implements Comparer {
  readonly isNative = true
  readonly #onnx: Onnx
  readonly #session: InferenceSession

  private constructor(onnx: Onnx, session: InferenceSession) {
    this.#onnx = onnx
    this.#session = session
  }

  /** @returns undefined if the package `onnxruntime-node` is not installed */
  static async load(): Promise<OnnxComparer | undefined> {
    const onnx = await import('onnxruntime-node').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return undefined
      throw error
    })
    if (onnx === undefined) return undefined
    // Idle cores that spin for longer slow everything down when other processes are busy.
    const extra = { session: { intra_op: { spin_duration_us: '50' } } }
    return new OnnxComparer(onnx, await onnx.InferenceSession.create(searchGraph(), { extra }))
  }

  async nearest({ queries, vectors, dimensions, bias, k }: Comparison): Promise<Nearest> {
    const { Tensor } = this.#onnx
    // A tensor refers to the numbers and does not copy them.
    const list = (numbers: Float32Array) => new Tensor('float32', numbers, [numbers.length / dimensions, dimensions])
    const { places, best } = await this.#session.run({
      queries: list(queries),
      vectors: list(vectors),
      bias: new Tensor('float32', bias, [bias.length]),
      k: new Tensor('int64', BigInt64Array.of(BigInt(k)), [1]),
    })
    return {
      places: Uint32Array.from(places?.data as BigInt64Array, Number),
      products: best?.data as Float32Array,
    }
  }
}
