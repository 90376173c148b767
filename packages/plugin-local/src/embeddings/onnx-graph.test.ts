import ort from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'
import { OnnxGraph } from './onnx-graph.js'

describe('OnnxGraph', () => {
  test('writes a model that ONNX Runtime runs: weights, lists, attributes of each kind, several results', async () => {
    const graph = new OnnxGraph()
    const rows = graph.input('rows', 'float', ['count', 4])
    const [left = '', right = ''] = graph.applyMany('Split', [rows, graph.integers(2, 2)], 2, { axis: { int: -1 } })
    const turned = graph.apply('Transpose', [right], { perm: { ints: [1, 0] } })
    const product = graph.apply('MatMul', [left, turned])
    const leaky = graph.apply('LeakyRelu', [product], { alpha: { float: 0.5 } })
    graph.output('result', graph.apply('Add', [leaky, graph.floats([2, 1], [100, 300])]), 'float', ['count', 'count'])

    const session = await ort.InferenceSession.create(graph.toBytes())
    const given = new ort.Tensor('float32', Float32Array.of(1, 2, 3, 4, -1, -2, 1, 1), [2, 4])
    const { result } = await session.run({ rows: given })
    // 1*3 + 2*4, 1*1 + 2*1; -3 - 8 and -1 - 2, halved.
    expect(Array.from(result?.data as Float32Array)).toEqual([111, 103, 294.5, 298.5])
    expect(session.inputMetadata).toMatchObject([{ name: 'rows', type: 'float32', shape: ['count', 4] }])
    await session.release()
  })
})
