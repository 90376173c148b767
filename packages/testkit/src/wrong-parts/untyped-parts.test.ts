import {
  type AllRows,
  defineOperator,
  definePlugin,
  defineSink,
  defineStorage,
  type GlobalContext,
  GlobalOperator,
  MaestroError,
  type OperatorDefinition,
  pipeline,
  type RefusedRow,
} from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

// What parts do that were written without types.

const rows = [0, 1, 2, 3, 4, 5].map((n) => ({ n }))
const double = (row: { n: number }) => ({ ...row, double: row.n * 2 })

function operator({ columns, ...parts }: { readonly columns?: () => unknown } & Record<string, unknown>) {
  const definition = defineOperator({
    name: 'acme.double',
    kind: 'map',
    options: z.object({}),
    columns: () => ({ reads: ['n'], adds: { double: 'json' } }),
    create: () => double,
    ...parts,
  } as never) as OperatorDefinition
  return columns === undefined ? definition : ({ ...definition, columns } as OperatorDefinition)
}

function run(part: OperatorDefinition) {
  const project = maestro({ plugins: [definePlugin({ name: 'acme', operators: [part] })], logLevel: 'silent' })
  const steps = pipeline('p')
    .from(rows)
    .step('acme.double' as never, {} as never, { id: 'culprit' })
  return project.runTo(steps, { write: () => undefined })
}

describe('an operator is a fault of the plan if', () => {
  const odd = (validate: unknown) => ({ options: { '~standard': { version: 1, vendor: 'acme', validate } } })
  test.each([
    ['its schema throws', odd(() => JSON.parse('{')), 'JSON'],
    ['its schema returns nothing', odd(() => undefined), 'returned nothing instead of a result'],
    ['its check returns a text', { check: () => 'wrong' }, 'instead of a list of errors'],
    ['its check returns errors without a type', { check: () => [new Error('untyped')] }, 'untyped'],
    ['it declares columns as a text', { columns: () => 'double' }, 'instead of effects'],
    ['it declares added columns as a list', { columns: () => ({ adds: ['double'] }) }, '`adds` is a list of 1'],
    ['it declares a type that does not exist', { columns: () => ({ adds: { double: 'int' } }) }, 'the text "int"'],
    ['it declares what it reads as a text', { columns: () => ({ reads: 'n' }) }, '`reads`'],
    ['it returns a text as what it reads', { reads: () => 'n' }, '`reads` as the text "n" instead of a list'],
    ['it declares an effect that does not exist', { columns: () => ({ add: {} }) }, '`add`.*did you mean `adds`'],
    ['it declares that it is perhaps opaque', { columns: () => ({ opaque: 'yes' }) }, '`opaque` as the text "yes"'],
    ['it names its servings with texts', { servings: () => ['default'] }, 'servings\\(\\) returned the text "default"'],
    [
      'it names a kind of serving that does not exist',
      { servings: () => [{ kind: 'chat', name: 'a' }] },
      'servings\\(\\)',
    ],
    [
      'it names its vector store with a text',
      { vectorStores: () => 'kb' },
      'vectorStores\\(\\) returned the text "kb"',
    ],
    ['it names a vector store with a number', { vectorStores: () => [7] }, 'vectorStores\\(\\) returned number 7'],
    ['its batches hold no rows', { kind: 'mapBatches', batchSize: () => 0 }, 'batchSize\\(\\) returned number 0'],
    [
      'its batches hold a text',
      { kind: 'mapBatches', batchSize: () => '64' },
      'batchSize\\(\\) returned the text "64"',
    ],
  ])('%s', async (_, parts, reason) => {
    await expect(run(operator(parts))).rejects.toMatchObject({
      code: 'MAESTRO_PIPELINE_INVALID',
      message: expect.stringMatching(new RegExp(`culprit.*${reason}`)),
    })
  })
})

describe('values', () => {
  const failing = () => ({ later: [Promise.reject(new Error('nobody waits for this'))] })

  test('a promise inside a cell is found, and its failure does not end the process', async () => {
    const part = operator({ create: () => (row: object) => ({ ...row, double: failing() }) })
    await expect(run(part)).rejects.toMatchObject({
      code: 'MAESTRO_STEP_CONTRACT',
      message: expect.stringContaining('promise'),
    })
  })

  test('an error that cannot be read rejects its row alone', async () => {
    const unreadable = new Proxy({}, { get: () => JSON.parse('{') })
    const part = operator({
      create: () => (row: { n: number }) => {
        if (row.n === 2) throw unreadable
        return double(row)
      },
    })
    const report = await run(part)
    expect(report.steps[0]?.counts).toMatchObject({ rowsOut: 5, rejected: 1 })
  })
})

test('an observe that is asynchronous is refused, and its failure does not end the process', async () => {
  const observe = async () => Promise.reject(new Error('late'))
  const project = maestro({ plugins: [definePlugin({ name: 'acme', observe: observe as never })], logLevel: 'silent' })
  await expect(project.runTo(pipeline('p').from(rows), { write: () => undefined })).rejects.toMatchObject({
    code: 'MAESTRO_PLUGIN_APPLY',
    message: expect.stringContaining('observe() must not be asynchronous'),
  })
})

describe('an operator that sees all rows', () => {
  const whole = (end: (rows: [string, object][], context: GlobalContext) => readonly [string, object][]) =>
    operator({
      kind: 'opaque',
      columns: () => ({ opaque: true }),
      create: () => {
        class Whole extends GlobalOperator {
          async *process(all: AllRows, context: GlobalContext) {
            const known: [string, object][] = []
            for await (const { ids, rows: some } of all)
              known.push(...ids.map((id, index): [string, object] => [id, some[index] as object]))
            const after = end(known, context)
            yield { ids: after.map(([id]) => id), rows: after.map(([, row]) => row as never) }
          }
        }
        return new Whole()
      },
    })
  const typed = new MaestroError({ code: 'ACME', message: 'no', details: {} })

  test.each([
    ['rejects', (context: GlobalContext, id: string) => context.reject(id, {}, typed)],
    ['drops', (context: GlobalContext, id: string) => context.dropped(id, 'no')],
    ['merges', (context: GlobalContext, id: string) => context.merged(id, 'rows:6')],
  ])('fails the run if it %s a row that it writes', async (_, tell) => {
    const both = whole((known, context) => {
      tell(context, 'rows:3')
      return known
    })
    await expect(run(both)).rejects.toMatchObject({ code: 'MAESTRO_STEP_CONTRACT', rowId: 'rows:3' })
  })

  test('may reject a row with an error of its own kind, and warn of anything', async () => {
    const untyped = whole((known, context) => {
      context.reject('rows:1', { n: 0 }, new Error('untyped') as never)
      context.warn({ large: 1n } as never)
      return known.slice(1)
    })
    const report = await run(untyped)
    expect(report.rejects).toMatchObject([{ rowId: 'rows:1', message: expect.stringContaining('untyped') }])
    expect(report.warnings).toEqual([{ step: 'culprit', message: 'a Object' }])
  })
})

describe('a sink', () => {
  const refusing = (ids: readonly string[]) =>
    defineSink({
      options: z.object({}),
      open: () => ({
        write: () => undefined,
        refused: (last: boolean) =>
          last ? ids.map((id): RefusedRow => ({ id, row: {}, error: new Error('no') as never })) : [],
        commit: async () => ({ rows: rows.length - ids.length, location: 'memory' }),
        abort: async () => undefined,
      }),
    })

  test.each([
    ['which it was not given', ['nobody'], 'nobody'],
    ['twice', ['rows:2', 'rows:2'], 'rows:2'],
  ])('fails the run if it loses a row and refuses one %s', async (fault, ids, rowId) => {
    const storages = [defineStorage({ name: 'acme.sink', sink: refusing(ids) })]
    const project = maestro({ plugins: [definePlugin({ name: 'acme', storages })], logLevel: 'silent' })
    const run = project.run(
      pipeline('p')
        .from(rows)
        .write('acme.sink' as never, {} as never, { id: 'culprit' }),
    )
    await expect(run).rejects.toMatchObject({
      code: 'MAESTRO_SINK_CONTRACT',
      step: 'culprit',
      rowId,
      message: expect.stringContaining(fault),
    })
  })
})
