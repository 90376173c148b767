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
  [['1.9', '1.10'], 'string'],
  [['1.0', '1.10', '2'], 'string'],
  [['1.50', '2.00', '3'], 'number'],
  [['1.0', '2.25', '10.5'], 'number'],
  [['1.10', '1.123456789012345678'], 'string'],
])('cells %j are %s', (cells, type) => {
  const inference = new TypeInference({})
  for (const cell of cells) inference.add(cell)
  expect(inference.type).toBe(type)
})
