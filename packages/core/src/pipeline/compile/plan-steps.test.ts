import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { errorOf } from '../../__fixtures__/project-folder.js'
import { smallPlugin } from '../../__fixtures__/small-plugin.js'
import type { ColumnEffects } from '../../contracts/operator.js'
import type { OperatorDefinition } from '../../contracts/operator-definition.js'
import type { Row } from '../../contracts/row.js'
import { defineOperator } from '../../define/define-operator.js'
import { definePipeline } from '../../define/define-pipeline.js'
import { type PipelineInput, pipeline } from '../../define/pipeline.js'
import { maestro } from '../../maestro.js'
import { MapOperator } from '../../operator/map.js'

class Doubled extends MapOperator {
  override get columns(): ColumnEffects {
    return { reads: ['n'], adds: { twice: 'number' } }
  }
  map(row: Row): Row {
    return { ...row, twice: 2 * Number(row.n) }
  }
}

const start = pipeline('p').from([{ n: 1, text: 'a' }])
const write = ['acme.rows' as never, {} as never] as const
const plan = (input: PipelineInput) => maestro({ plugins: [smallPlugin().plugin] }).plan(input)
const planned = async (input: { write(...to: typeof write): PipelineInput }) =>
  (await plan(input.write(...write))).steps
const operator = (parts: Partial<OperatorDefinition> = {}) =>
  defineOperator({
    name: 'acme.any',
    kind: 'map',
    options: z.object({}),
    create: () => (row: Row) => row,
    ...parts,
  } as never) as OperatorDefinition<'acme.any', object>
/** The columns that lack, each with the step that wants it. */
async function missing(input: { write(...to: typeof write): PipelineInput }) {
  const error = await errorOf(() => plan(input.write(...write)))
  const faults = error.details.errors as { code: string; step: string; details: { name: string; use: string } }[]
  expect(new Set(faults.map(({ code }) => code))).toEqual(new Set(['MAESTRO_PIPELINE_COLUMN_UNKNOWN']))
  return faults.map(({ step, details }) => `${step} ${details.use} ${details.name}`)
}

describe('what the plan says of a step', () => {
  test('that is a function has its kind, its source text as version, and its declared effects on columns', async () => {
    const double = (row: { n: number; text: string }) => ({ ...row, twice: 2 * row.n })
    const [first, second, third] = await planned(
      start
        .map(double, { id: 'double', columns: { adds: { twice: 'number' } } })
        .filter(() => true, { version: 'mine' })
        .flatMap((row) => [row]),
    )
    const about = { use: 'function', servings: [], deterministic: false }
    expect(first).toMatchObject({ ...about, id: 'double', kind: 'map', input: 'source' })
    expect(first?.columnsOut).toEqual({ columns: { n: 'number', text: 'string', twice: 'number' }, open: false })
    expect(second).toMatchObject({ ...about, kind: 'filter', version: 'mine', input: 'double' })
    expect(second?.columnsIn).toEqual(first?.columnsOut)
    expect(third).toMatchObject({ ...about, kind: 'flatMap', columnsOut: { columns: {}, open: true } })
    const [again] = await planned(start.map(double))
    const [other] = await planned(start.map((row) => ({ ...row, twice: 3 * row.n })))
    expect(again?.version).toBe(first?.version)
    expect(other?.version).not.toBe(first?.version)
  })

  test('that is an operator object: its class and its columns', async () => {
    const [step] = await planned(start.use(new Doubled()))
    expect(step).toMatchObject({ id: '1-Doubled', use: 'Doubled', kind: 'map', servings: [], deterministic: false })
    expect(step?.columnsOut.columns).toEqual({ n: 'number', text: 'string', twice: 'number' })
    expect(step?.version).toMatch(/^[0-9a-f]{16}$/)
  })

  test('that is an operator of a plugin: its version, and whether the same comes of the same', async () => {
    const [plain, told, unsure] = await planned(
      start
        .step(operator(), {})
        .step(operator({ version: '3', deterministic: false }), {})
        .step(operator({ deterministic: true }), {}),
    )
    expect(plain).toMatchObject({ version: '1', deterministic: true, effects: { opaque: true } })
    expect(told).toMatchObject({ version: '3', deterministic: false })
    expect(unsure).toMatchObject({ deterministic: true })
  })

  test('sinks with their columns, the source by its name, and the parameters', async () => {
    const built = pipeline('p', { params: z.object({ day: z.string() }) }, (begin) =>
      begin.from([{ n: 1 }]).write(...write),
    )
    const project = maestro({ plugins: [smallPlugin().plugin] })
    expect(await project.plan(built, { params: { day: 'monday' } })).toMatchObject({
      params: { day: 'monday' },
      source: { use: 'rows' },
      sinks: [
        {
          id: 'sink-1',
          use: 'acme.rows',
          input: 'source',
          options: { to: 'memory' },
          columns: { columns: { n: 'number' } },
        },
      ],
    })
    expect((await plan(start.write(...write))).params).toEqual({})
    const read = { use: 'acme.rows', columns: ['a'] }
    expect((await plan(definePipeline({ name: 'p', read, write: { use: 'acme.rows' } }))).source.use).toBe('acme.rows')
  })
})

describe('columns go from step to step', () => {
  const noop = (row: { n: number; text: string }) => row

  test('one that a step took away lacks behind it, one that it added does not', async () => {
    const found = await missing(
      start
        .map(noop, { id: 'a', columns: { drops: ['text'], adds: { more: 'json' } } })
        .map(noop, { id: 'b', columns: { reads: ['text', 'more'] } })
        .filter(() => true, { id: 'c', columns: { reads: ['text', 'n'] } }),
    )
    expect(found).toEqual(['b function text', 'c function text'])
  })

  test('columns that are read, dropped, kept, or renamed must exist, and each missing one is reported once', async () => {
    const columns: ColumnEffects = { reads: ['r', 'n'], drops: ['d', 'r'], keeps: ['k', 'text'], renames: { x: 'y' } }
    expect(await missing(start.map(noop, { id: 'a', columns }))).toEqual([
      'a function r',
      'a function d',
      'a function k',
      'a function x',
    ])
  })

  test('operator objects and definitions are looked at alike', async () => {
    const bare = pipeline('p').from([{ text: 'a' }])
    expect(await missing(bare.use(new Doubled()))).toEqual(['1-Doubled Doubled n'])
    const columns = () => ({ reads: ['n'] })
    expect(await missing(bare.step(operator({ columns }), {}))).toEqual(['1-acme.any acme.any n'])
  })

  test('behind a step of which nothing is known, anything may be there', async () => {
    const [, last] = await planned(
      start.map(noop).map(noop, { columns: { reads: ['whatever'], adds: { x: 'number' } } }),
    )
    expect(last?.columnsOut).toEqual({ columns: { x: 'number' }, open: true })
  })

  test('a definition whose columns cannot be determined has a fault', async () => {
    const columns = () => {
      throw new Error('no idea')
    }
    const error = await errorOf(() => plan(start.step(operator({ columns }), {}).write(...write)))
    expect(error.details.errors).toMatchObject([
      { code: 'MAESTRO_STEP_CREATE', step: '1-acme.any', message: '1-acme.any could not be created: no idea' },
    ])
  })
})
