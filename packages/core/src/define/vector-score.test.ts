import { expect, test } from 'vitest'
import { vectorScore } from './vector-score.js'

test.each([
  ['cosine', [3, 4], [4, 3], 0.96],
  ['cosine', [3, 4], [-3, -4], -1],
  ['cosine', [3, 4], [0, 0], 0],
  ['cosine', [0, 0], [3, 4], 0],
  ['dot', [3, 4], [4, -3], 0],
  ['dot', [3, 4], [1, 2], 11],
  ['l2', [3, 4], [0, 0], -5],
  ['l2', [3, 4], [3, 4], -0],
] as const)('%s of %j and %j', (metric, query, vector, score) => {
  expect(vectorScore(metric, Float32Array.from(query), Float32Array.from(vector))).toBeCloseTo(score, 12)
})
