import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { errorOf } from '../../__fixtures__/project-folder.js'
import type { ColumnSet, Row } from '../../contracts/row.js'
import type { SinkDefinition } from '../../contracts/sink.js'
import type { SourceDefinition } from '../../contracts/source.js'
import { definePipeline } from '../../define/define-pipeline.js'
import { definePlugin } from '../../define/define-plugin.js'
import { defineSink, defineSource, defineStorage } from '../../define/define-storage.js'
import type { MaestroConfig } from '../../define/maestro-config.js'
import { pipeline } from '../../define/pipeline.js'
import { maestroError } from '../../errors/error-table.js'
import { maestro } from '../../maestro.js'

const options = { path: z.string() }
const missing = (path: string) => maestroError('MAESTRO_STORAGE_NOT_FOUND', { path })

/** Plans a pipeline of one storage; gives what its sides were asked and the plan or the faults. */
async function plan(
  sides: { source?: Partial<SourceDefinition>; sink?: Partial<SinkDefinition> },
  config: MaestroConfig = {},
  read: object = { path: 'in' },
) {
  const definition = defineStorage({
    name: 'some.file',
    source: {
      ...defineSource({
        options,
        columns: () => ({ columns: { text: 'string' }, open: false }),
        open: () => ({ async *read() {} }),
      }),
      ...sides.source,
    },
    sink: {
      ...defineSink({
        options,
        open: () => ({
          write: () => undefined,
          commit: async () => ({ rows: 0, location: '' }),
          abort: async () => undefined,
        }),
      }),
      ...sides.sink,
    },
  })
  const plugin = definePlugin({
    name: 'some',
    storages: [definition],
  })
  const project = maestro({ plugins: [plugin], directory: '/project', ...config })
  const input = definePipeline({
    name: 'p',
    read: { use: 'some.file', ...read },
    write: { use: 'some.file', path: 'out' },
  })
  try {
    return { plan: await project.plan(input), faults: [], project, input }
  } catch (error) {
    const { errors } = (error as { details: { errors: { code: string; step?: string; message: string }[] } }).details
    return { plan: undefined, faults: errors.map(({ code, step, message }) => [step, code, message]), project, input }
  }
}

describe('a source', () => {
  test('sees its options and where it is, and its faults are those of the pipeline', async () => {
    const asked: unknown[] = []
    const check: SourceDefinition['check'] = async (...given) => {
      asked.push(given)
      return [missing('in'), missing('in too')]
    }
    const { faults } = await plan({ source: { check } }, { allowOutsidePaths: true })
    const place = { directory: '/project', allowOutside: true, allowPrivateAddresses: false }
    expect(asked).toEqual([[{ path: 'in' }, place]])
    expect(faults).toEqual([
      [undefined, 'MAESTRO_STORAGE_NOT_FOUND', 'in does not exist.'],
      [undefined, 'MAESTRO_STORAGE_NOT_FOUND', 'in too does not exist.'],
    ])
  })

  test('that states its columns itself gives the plan their types', async () => {
    const columns = { columns: { n: 'bigint', price: 'decimal' }, open: false } as const
    const described = await plan({ source: { describeColumns: async () => columns } })
    expect(described.plan?.source.columns).toEqual(columns)
  })

  test('is not asked for its columns when a check has found a fault', async () => {
    const describeColumns = () => Promise.reject(new Error('asked'))
    const { faults } = await plan({ source: { check: async () => [missing('in')], describeColumns } })
    expect(faults).toEqual([[undefined, 'MAESTRO_STORAGE_NOT_FOUND', 'in does not exist.']])
  })

  test('is not asked when its options are not valid', async () => {
    const check = () => Promise.reject(new Error('asked'))
    const { faults } = await plan({ source: { check } }, {}, { path: 7 })
    expect(faults).toEqual([[undefined, 'MAESTRO_PIPELINE_OPTIONS', expect.stringContaining('path: ')]])
  })

  test('whose check or columns throw has a fault, and the rest is looked at too', async () => {
    const check = () => Promise.reject(new Error('no disk'))
    const columns = (): ColumnSet => {
      throw new Error('no columns')
    }
    const sink = { check: async () => [missing('out')] }
    const { faults } = await plan({ source: { check, columns }, sink })
    expect(faults).toEqual([
      [undefined, 'MAESTRO_STEP_CREATE', 'source could not be created: no disk'],
      [undefined, 'MAESTRO_STEP_CREATE', 'source could not be created: no columns'],
      ['sink-1', 'MAESTRO_STORAGE_NOT_FOUND', 'out does not exist.'],
    ])
  })
})

describe('a sink', () => {
  test('sees its options, where it is and the columns that come; its faults are its own', async () => {
    const asked: unknown[] = []
    const check: SinkDefinition['check'] = async (...given) => {
      asked.push(given)
      return [missing('out')]
    }
    const { faults, project, input } = await plan({ sink: { check } })
    expect(asked).toEqual([
      [
        { path: 'out' },
        {
          directory: '/project',
          allowOutside: false,
          allowPrivateAddresses: false,
          overwrite: true,
          projectFiles: new Set(),
          columns: { columns: { text: 'string' }, open: false },
        },
      ],
    ])
    expect(faults).toEqual([['sink-1', 'MAESTRO_STORAGE_NOT_FOUND', 'out does not exist.']])
    expect(await Array.fromAsync(project.rows(input))).toEqual([])
    expect(asked).toHaveLength(1)
  })
})

describe('the columns of rows in code', () => {
  const columnsOf = async (rows: Iterable<Row>, columns?: { readonly n: 'number' }) => {
    const input = pipeline('p').from(rows, columns === undefined ? {} : { columns })
    const error = await errorOf(() => maestro().plan(input.filter(() => true, { columns: { reads: ['gone'] } })))
    const faults = error.details.errors as { code: string; hint: string }[]
    return faults.find(({ code }) => code === 'MAESTRO_PIPELINE_COLUMN_UNKNOWN')?.hint
  }
  const many = (count: number) => Array.from({ length: count }, (_, n) => (n === 0 ? { n } : { n, more: true }))

  test('are those that are declared', async () => {
    expect(await columnsOf(new Set([{ n: 1 }]), { n: 'number' })).toContain('Columns at this point: n.')
  })
  test('or of a short array, of all its rows', async () => {
    expect(await columnsOf(many(1000))).toContain('Columns at this point: n, more.')
    expect(await columnsOf([{ n: 1 }, null as never, 'text' as never])).toContain('Columns at this point: n.')
  })
  test('others may have any', async () => {
    for (const rows of [[], many(1001), new Set([{ n: 1 }])]) expect(await columnsOf(rows)).toBe(undefined)
  })
})
