import {
  defineOperator,
  definePlugin,
  type OperatorDefinition,
  pipeline,
  SERVINGS,
  type Servings,
  VECTOR_STORES,
  type VectorStores,
} from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { rightOperators, wrongOperators } from '../__fixtures__/wrong-parts/wrong-operators.js'
import { scriptedServing } from '../scripted/scripted-serving.js'

const rows = (count = 6) => Array.from({ length: count }, (_, n) => ({ n, name: `row ${n}`, tags: ['z', 'a'] }))

async function run(
  part: OperatorDefinition,
  given: readonly object[] = rows(),
  checks: 'sample' | 'strict' = 'sample',
) {
  const out: unknown[] = []
  const plugins = [definePlugin({ name: 'acme', operators: [part] })]
  const project = maestro({ plugins, logLevel: 'silent', run: { checks } })
  const steps = pipeline('p')
    .from(given)
    .step('acme.double' as never, {} as never, { id: 'culprit' })
  await project.runTo(steps, { write: (batch) => void out.push(...batch.rows) })
  return out
}

test.each(Object.entries(rightOperators))('a right operator of kind %s is left in peace', async (_kind, part) => {
  expect((await run(part, rows(500), 'strict')).length).toBeGreaterThan(400)
})

describe.each(wrongOperators)('an operator that $fault', ({ part, code }) => {
  test('fails the run, which names step and plugin', async () => {
    await expect(run(part)).rejects.toMatchObject({
      code,
      step: 'culprit',
      message: expect.stringContaining('culprit'),
    })
  })
})

test('the error names step, operator, plugin, row, and column', async () => {
  const wrong = wrongOperators.find(({ fault }) => fault === 'changes a column that it only reads')
  await expect(run(wrong?.part as OperatorDefinition)).rejects.toMatchObject({
    message: 'culprit (acme.double) changed the column "n", which it does not declare to add.',
    step: 'culprit',
    plugin: 'acme',
    rowId: 'rows:1',
    details: { column: 'n', use: 'acme.double' },
  })
})

test('a fault in one row among many is noticed when every row is checked', async () => {
  const wrong = rightOperators.map.create({}, []) as (row: object) => object
  const part = {
    ...rightOperators.map,
    create: () => (row: { n: number }) => (row.n === 170 ? { ...wrong(row), double: 'x' } : wrong(row)),
  } as OperatorDefinition
  expect(await run(part, rows(400))).toHaveLength(400)
  await expect(run(part, rows(400), 'strict')).rejects.toMatchObject({
    code: 'MAESTRO_STEP_CONTRACT',
    rowId: 'rows:171',
  })
})

describe('an operator that asks for a serving that it does not declare', () => {
  const asking = (asks: (dependencies: readonly [Servings, VectorStores]) => unknown) =>
    defineOperator({
      name: 'acme.double',
      kind: 'map',
      options: z.object({}),
      servings: () => [{ kind: 'llm', name: 'default' }],
      inject: [SERVINGS, VECTOR_STORES],
      create: (_options, dependencies) => async (row) => {
        await asks(dependencies)
        return row
      },
    }) as OperatorDefinition

  test.each<[string, (dependencies: readonly [Servings, VectorStores]) => unknown, string]>([
    ['another serving', ([servings]) => servings.get('other', 'llm'), 'the llm serving "other"'],
    ['a serving of another kind', ([servings]) => servings.get('default', 'rerank'), 'the rerank serving "default"'],
    ['a vector store', ([, stores]) => stores.get('docs'), 'the vector store "docs"'],
  ])('%s', async (_what, asks, named) => {
    const project = maestro({
      plugins: [definePlugin({ name: 'acme', operators: [asking(asks)] })],
      servings: { default: scriptedServing(() => 'x'), other: scriptedServing(() => 'y') },
      logLevel: 'silent',
    })
    const steps = pipeline('p')
      .from(rows())
      .step('acme.double' as never, {} as never)
    await expect(Array.fromAsync(project.rows(steps))).rejects.toMatchObject({
      code: 'MAESTRO_STEP_CONTRACT',
      message: expect.stringContaining(`asked for ${named}, which its`),
    })
  })
})
