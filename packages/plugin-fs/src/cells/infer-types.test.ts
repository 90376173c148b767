import { expect, test } from 'vitest'
import { TypeInference } from './infer-types.js'

test.each([
  [['1', '-2', '0'], 'integer'],
  [['1', '-2.5', '0'], 'number'],
  [['1', '', '3'], 'integer'],
  [['00123', '124'], 'string'],
  [['1e5'], 'string'],
  [['12345678901234567890'], 'bigint'],
  [['12345678901234567890', '0.5'], 'decimal'],
  [['+49'], 'string'],
  [['1', 'NA'], 'string'],
  [['true', 'FALSE'], 'boolean'],
  [['yes', 'no'], 'string'],
  [['2026-01-31', '2026-01-31T10:00:00Z'], 'date'],
  [['2026-13-01'], 'string'],
  [['2026-02-31'], 'string'],
  [['2024-02-29', '2026-02-29'], 'string'],
  [['', ''], 'string'],
])('cells %j are %s', (cells, type) => {
  const inference = new TypeInference({})
  for (const cell of cells) inference.add(cell)
  expect(inference.type).toBe(type)
})
