import { expect, test } from 'vitest'
import { casesWithoutFault, failureOf } from '../../__fixtures__/failed-cases.js'
import { carelessEngines } from '../../__fixtures__/wrong-parts/careless/table-engines.js'
import { hastyEngines } from '../../__fixtures__/wrong-parts/hasty/parts.js'
import { engineEdges } from '../../__fixtures__/wrong-parts/hasty/table-engines.js'
import { hurriedEngines } from '../../__fixtures__/wrong-parts/hurried/parts.js'
import { MemoryEngine } from '../../__fixtures__/wrong-parts/memory-engine.js'
import { ParquetMemoryEngine } from '../../__fixtures__/wrong-parts/parquet-memory-engine.js'
import { wrongEngines } from '../../__fixtures__/wrong-parts/table-engines.js'
import { runSuite } from '../suite.js'
import { tableEngineSuite } from './table-engine-suite.js'

const wrong = [...wrongEngines, ...carelessEngines, ...hurriedEngines, ...hastyEngines, ...engineEdges]

test.each([MemoryEngine, ParquetMemoryEngine])('a right engine passes', async (Engine) => {
  const outcomes = await runSuite(tableEngineSuite(() => new Engine()))
  expect(outcomes.filter(({ error }) => error !== undefined)).toEqual([])
})

test.each(wrong)('a table engine that $fault is found by: $rule', async ({ make, rule }) => {
  expect(await failureOf(tableEngineSuite(make, { patience: 1000 }), rule)).toBeDefined()
})

test('each case is failed by a planted fault', () => {
  const faults = Object.fromEntries(wrong.map(({ fault, rule }) => [fault, [fault, rule]] as const))
  expect(
    casesWithoutFault(
      tableEngineSuite(() => new MemoryEngine()),
      faults,
    ),
  ).toEqual([])
})
