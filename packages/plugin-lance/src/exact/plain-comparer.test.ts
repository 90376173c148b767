import { expect, test } from 'vitest'
import { OnnxComparer } from './onnx-comparer.js'
import { PlainComparer } from './plain-comparer.js'

test('JavaScript finds the same vectors with the same products as ONNX Runtime', async () => {
  const native = await OnnxComparer.load()
  const [dimensions, count, k] = [37, 3000, 25]
  const wave = (length: number, step: number) => Float32Array.from({ length }, (_, at) => Math.sin(at * step) * 3)
  const bias = wave(count, 0.7)
  // Vectors that a filter excludes.
  for (let row = 0; row < count; row += 3) bias[row] = Number.NEGATIVE_INFINITY
  const comparison = {
    queries: wave(4 * dimensions, 0.31),
    vectors: wave(count * dimensions, 0.017),
    dimensions,
    bias,
    k,
  }
  const [expected, found] = [await native?.nearest(comparison), await new PlainComparer().nearest(comparison)]
  expect(expected?.products).toHaveLength(4 * k)
  for (const [at, product] of found.products.entries()) expect(product).toBeCloseTo(expected?.products[at] ?? 0, 3)
  for (let query = 0; query < 4; query++) {
    const places = (from: Uint32Array | undefined) => new Set(from?.subarray(query * k, (query + 1) * k))
    const same = [...places(found.places)].filter((place) => places(expected?.places).has(place))
    // Products that differ in the last digit may change places at the end of the list.
    expect(same.length).toBeGreaterThanOrEqual(k - 1)
  }
})

test('all vectors are found when as many are asked for, and of equal products the first ones come first', async () => {
  const found = await new PlainComparer().nearest({
    queries: Float32Array.of(1),
    vectors: Float32Array.of(2, 5, 5, 1),
    dimensions: 1,
    bias: new Float32Array(4),
    k: 4,
  })
  expect([...found.places]).toEqual([1, 2, 0, 3])
  expect([...found.products]).toEqual([5, 5, 2, 1])
})
