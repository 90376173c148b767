import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { errorOf } from '../../__fixtures__/project-folder.js'
import { echo, Question, Riddle, smallPlugin } from '../../__fixtures__/small-plugin.js'
import type { TableEngine, TableStatement } from '../../contracts/table-engine.js'
import { defineOperator } from '../../define/define-operator.js'
import { definePipeline, type PipelineData, type StepData } from '../../define/define-pipeline.js'
import { definePlugin } from '../../define/define-plugin.js'
import { defineSink, defineSource, defineStorage } from '../../define/define-storage.js'
import type { MaestroConfig } from '../../define/maestro-config.js'
import { type PipelineInput, pipeline } from '../../define/pipeline.js'
import { maestroError } from '../../errors/error-table.js'
import { maestro } from '../../maestro.js'
import { TableOperator } from '../../operator/table.js'

const read = { use: 'acme.rows', columns: ['id', 'text'] }
const write = { use: 'acme.rows' }
const copy = (steps: readonly StepData[], rest: Partial<PipelineData> = {}) =>
  definePipeline({ name: 'p', read, steps, write, ...rest })

interface Fault {
  readonly code: string
  readonly step?: string
  readonly message: string
  readonly hint: string
}

/** The faults of a pipeline, as the error has them; each is a line of its message too. */
async function faultsOf(input: PipelineInput, config: MaestroConfig = {}): Promise<readonly Fault[]> {
  const project = maestro({ plugins: [smallPlugin().plugin, ...(config.plugins ?? [])], ...without(config, 'plugins') })
  const error = await errorOf(() => project.plan(input))
  expect(error.code).toBe('MAESTRO_PIPELINE_INVALID')
  const faults = error.details.errors as readonly Fault[]
  expect(error.message).toContain(`has ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}; nothing was run`)
  for (const fault of faults) {
    const line = error.message.split('\n  - ').find((text) => text.includes(fault.message))
    expect(line).toContain(fault.hint)
    if (fault.step !== undefined) expect(line?.split(`step ${fault.step}: `)).toHaveLength(2)
  }
  return faults
}

function without<T extends object, K extends keyof T>(object: T, key: K): Omit<T, K> {
  const { [key]: _, ...rest } = object
  return rest
}

test('builder and data give the same plan, as data', async () => {
  const project = maestro({ plugins: [smallPlugin().plugin], servings: { default: echo() } })
  const steps = [
    { use: 'acme.upper', input: 'text', output: 'loud' },
    { use: 'acme.ask', prompt: { use: 'acme.question', about: 'loud' } },
  ]
  const data = await project.plan(copy(steps, { write: { use: 'acme.rows' } }))
  const built = await project.plan(
    pipeline('p')
      .read('acme.rows' as never, { columns: ['id', 'text'] } as never)
      .step('acme.upper' as never, { input: 'text', output: 'loud' } as never)
      .step('acme.ask' as never, { prompt: { use: 'acme.question', about: 'loud' } } as never)
      .write('acme.rows' as never, {} as never),
  )
  expect(built).toEqual(data)
  expect(JSON.parse(JSON.stringify(data))).toMatchObject({
    version: 1,
    pipeline: 'p',
    source: { use: 'acme.rows', options: { columns: ['id', 'text'], count: 3 } },
    steps: [
      {
        id: '1-acme.upper',
        options: { input: 'text', output: 'loud', times: 1 },
        columnsOut: { columns: { id: 'string', text: 'string', loud: 'string' }, open: false },
        deterministic: true,
      },
      {
        options: { prompt: { prompt: 'Question', template: 'What is {{loud}}?' }, serving: 'default' },
        servings: [{ kind: 'llm', name: 'default' }],
        deterministic: false,
      },
    ],
    stages: [{ kind: 'rows', steps: ['1-acme.upper', '2-acme.ask'], sinks: ['sink-1'] }],
  })
})

describe('each fault has its code, its step, and says what to do', () => {
  const loud = { input: 'text', output: 'loud' }
  const cases: readonly [string, () => PipelineInput, Partial<Record<keyof Fault, string | RegExp>>, MaestroConfig?][] =
    [
      [
        'an unknown operator',
        () => copy([{ use: 'acme.uper', ...loud }]),
        { code: 'MAESTRO_REGISTRY_UNKNOWN', step: '1-acme.uper', hint: /Did you mean "acme\.upper"\?/ },
      ],
      [
        'an operator of an official plugin that is not installed',
        () => copy([{ use: 'table.sort' }]),
        { code: 'MAESTRO_REGISTRY_UNKNOWN', hint: /npm install @maestro-dataflow\/plugin-table/ },
      ],
      [
        'an unknown source',
        () => copy([], { read: { use: 'acme.row' } }),
        { code: 'MAESTRO_REGISTRY_UNKNOWN', message: /no storage "acme\.row"/, hint: /Did you mean "acme\.rows"\?/ },
      ],
      [
        'an unknown sink',
        () => copy([], { write: { use: 'fs.file', path: 'x' } }),
        { code: 'MAESTRO_REGISTRY_UNKNOWN', step: 'sink-1', hint: /npm install @maestro-dataflow\/plugin-fs/ },
      ],
      [
        'an unknown option',
        () => copy([{ use: 'acme.upper', ...loud, tims: 2 }]),
        {
          code: 'MAESTRO_PIPELINE_OPTION_UNKNOWN',
          step: '1-acme.upper',
          message: 'acme.upper: there is no option "tims".',
          hint: 'Did you mean "times"? Known: input, output, times.',
        },
      ],
      [
        'an option of a wrong type',
        () => copy([{ use: 'acme.upper', ...loud, times: 'two' }]),
        {
          code: 'MAESTRO_PIPELINE_OPTIONS',
          step: '1-acme.upper',
          message: /times: a number is expected, not a string/,
        },
      ],
      [
        'an option that lacks',
        () => copy([{ use: 'acme.upper', input: 'text' }]),
        { code: 'MAESTRO_PIPELINE_OPTIONS', message: /`output` is missing/ },
      ],
      [
        'an unknown option of a source',
        () => copy([], { read: { ...read, colums: [] } }),
        { code: 'MAESTRO_PIPELINE_OPTION_UNKNOWN', hint: /Did you mean "columns"\?/ },
      ],
      [
        'an unknown option of a sink',
        () => copy([], { write: { use: 'acme.rows', path: 'x' } }),
        { code: 'MAESTRO_PIPELINE_OPTION_UNKNOWN', step: 'sink-1', hint: 'Known: to.' },
      ],
      [
        'a column that does not exist',
        () => copy([{ use: 'acme.upper', input: 'txt', output: 'x' }]),
        {
          code: 'MAESTRO_PIPELINE_COLUMN_UNKNOWN',
          step: '1-acme.upper',
          message: 'acme.upper: there is no column "txt" here.',
          hint: 'Did you mean "text"? Columns at this point: id, text.',
        },
      ],
      [
        'a prompt variable without a column',
        () => copy([{ use: 'acme.ask', prompt: new Question('{{txet}}') }]),
        {
          code: 'MAESTRO_PIPELINE_PROMPT_VARIABLE',
          step: '1-acme.ask',
          message: 'acme.ask: the prompt needs "txet", but there is no such column here.',
          hint: /^Did you mean "text"\? .*\\\{\{/,
        },
      ],
      [
        'a prompt class that is not allowed',
        () => copy([{ use: 'acme.ask', prompt: new Riddle('{{text}}') }]),
        { code: 'MAESTRO_PROMPT_NOT_ALLOWED', step: '1-acme.ask', message: /Riddle/, hint: /Question/ },
      ],
      [
        'an unknown prompt',
        () => copy([{ use: 'acme.ask', prompt: { use: 'acme.qestion', about: 'text' } }]),
        { code: 'MAESTRO_REGISTRY_UNKNOWN', step: '1-acme.ask', hint: /Did you mean "acme\.question"\?/ },
      ],
      [
        'an unknown option of a prompt',
        () => copy([{ use: 'acme.ask', prompt: { use: 'acme.question', abuot: 'text', about: 'text' } }]),
        { code: 'MAESTRO_PIPELINE_OPTION_UNKNOWN', step: '1-acme.ask', hint: /Did you mean "about"\?/ },
      ],
      [
        'an input that is no step',
        () =>
          copy([
            { use: 'acme.upper', ...loud, id: 'loud' },
            { use: 'acme.upper', ...loud, after: 'luod' },
          ]),
        {
          code: 'MAESTRO_PIPELINE_STEP_UNKNOWN',
          message: '2-acme.upper follows "luod", which is not a step.',
          hint: /^Did you mean "loud"\? Known: source, loud/,
        },
      ],
      [
        'a sink after no step',
        () => copy([{ use: 'acme.upper', ...loud }], { write: { ...write, after: 'x' } }),
        { code: 'MAESTRO_PIPELINE_STEP_UNKNOWN', message: 'sink-1 follows "x", which is not a step.' },
      ],
      [
        'two steps of one id',
        () =>
          copy([
            { use: 'acme.upper', ...loud, id: 'a' },
            { use: 'acme.upper', ...loud, id: 'a' },
          ]),
        { code: 'MAESTRO_PIPELINE_STEP_DUPLICATE', message: 'Two steps have the id "a".' },
      ],
      [
        'a step called source',
        () => copy([{ use: 'acme.upper', ...loud, id: 'source' }]),
        { code: 'MAESTRO_PIPELINE_STEP_DUPLICATE', message: 'Two steps have the id "source".' },
      ],
      [
        'a step and a sink of one id',
        () => copy([{ use: 'acme.upper', ...loud, id: 'a' }], { write: { ...write, id: 'a' } }),
        { code: 'MAESTRO_PIPELINE_STEP_DUPLICATE' },
      ],
      [
        'a cycle',
        () =>
          copy(
            [
              { use: 'acme.upper', ...loud, id: 'a', after: 'c' },
              { use: 'acme.upper', ...loud, id: 'b', after: 'a' },
              { use: 'acme.upper', ...loud, id: 'c', after: 'b' },
            ],
            { write: { ...write, after: 'source' } },
          ),
        {
          code: 'MAESTRO_PIPELINE_CYCLE',
          message: /^The steps (a -> b -> c -> a|b -> c -> a -> b|c -> a -> b -> c) wait/,
        },
      ],
      [
        'no source',
        () => pipeline('p').write('acme.rows' as never, {} as never),
        { code: 'MAESTRO_PIPELINE_NO_SOURCE', hint: /\.read\('fs\.file'/ },
      ],
      ['no sink', () => copy([], { write: [] }), { code: 'MAESTRO_PIPELINE_NO_SINK', hint: /\.write\('fs\.file'/ }],
      [
        'no serving',
        () => copy([{ use: 'acme.ask' }]),
        { code: 'MAESTRO_SERVING_UNKNOWN', step: '1-acme.ask', hint: /plugin-local/ },
        { servings: {} },
      ],
      [
        'an unknown serving',
        () => copy([{ use: 'acme.ask', serving: 'defualt' }]),
        { code: 'MAESTRO_SERVING_UNKNOWN', step: '1-acme.ask', hint: /Did you mean "default"\?/ },
      ],
      [
        'a serving of another kind',
        () => copy([{ use: 'acme.ask', serving: 'vectors' }]),
        { code: 'MAESTRO_SERVING_KIND', step: '1-acme.ask', message: /vectors.*embedding|embedding.*vectors/ },
      ],
      [
        'a capability that lacks',
        () => copy([{ use: 'acme.ask', json: true }]),
        {
          code: 'MAESTRO_PIPELINE_CAPABILITY',
          step: '1-acme.ask',
          message: /"default" does not support jsonSchema/,
        },
      ],
      [
        'a serving that no plugin brings',
        () => copy([{ use: 'acme.ask', serving: 'big' }]),
        { code: 'MAESTRO_REGISTRY_UNKNOWN', step: '1-acme.ask', hint: /npm install @maestro-dataflow\/plugin-openai/ },
        { servings: { big: { use: 'openai.chat' } } },
      ],
    ]

  test.each(cases)('%s', async (_what, input, expected, config) => {
    const embedding = { kind: 'embedding', name: 'v', embed: async () => ({ vectors: [], model: 'v' }) }
    const servings = { default: echo(), vectors: embedding as never }
    const [fault, ...others] = await faultsOf(input(), config ?? { servings })
    expect(others).toEqual([])
    for (const [key, value] of Object.entries(expected))
      expect(fault?.[key as keyof Fault]).toEqual(typeof value === 'string' ? value : expect.stringMatching(value))
    expect(fault?.hint).toMatch(/\w/)
  })
})

test('all faults are reported at once, each with its step, also behind a step without an input', async () => {
  const faults = await faultsOf(
    copy(
      [
        { use: 'acme.upper', id: 'a', input: 'txt', output: 'x', tims: 1 },
        { use: 'acme.uper', id: 'b' },
        { use: 'acme.upper', id: 'c', after: 'nothing', input: 'text' },
        { use: 'acme.ask', id: 'd', after: 'source', prompt: new Question('{{x}} {{y}}') },
      ],
      {
        write: [
          { use: 'acme.rows', too: 1 },
          { use: 'acme.row', after: 'e' },
        ],
      },
    ),
  )
  expect(faults.map(({ code, step }) => [step, code.replace('MAESTRO_', '')])).toEqual([
    [undefined, 'PIPELINE_STEP_UNKNOWN'],
    [undefined, 'PIPELINE_STEP_UNKNOWN'],
    ['a', 'PIPELINE_OPTION_UNKNOWN'],
    ['b', 'REGISTRY_UNKNOWN'],
    ['c', 'PIPELINE_OPTIONS'],
    ['d', 'PIPELINE_PROMPT_VARIABLE'],
    ['d', 'PIPELINE_PROMPT_VARIABLE'],
    ['d', 'SERVING_UNKNOWN'],
    ['sink-1', 'PIPELINE_OPTION_UNKNOWN'],
    ['sink-2', 'REGISTRY_UNKNOWN'],
  ])
})

test('a storage that only reads or only writes', async () => {
  const source = defineSource({
    options: {},
    columns: () => ({ columns: {}, open: true }),
    open: () => ({ async *read() {} }),
  })
  const writer = {
    write: () => undefined,
    commit: async () => ({ rows: 0, location: '' }),
    abort: async () => undefined,
  }
  const sink = defineSink({ options: {}, open: () => writer })
  const plugin = definePlugin({
    name: 'sides',
    storages: [defineStorage({ name: 'sides.in', source }), defineStorage({ name: 'sides.out', sink })] as never,
  })
  const faults = await faultsOf(definePipeline({ name: 'p', read: { use: 'sides.out' }, write: { use: 'sides.in' } }), {
    plugins: [plugin],
  })
  expect(faults).toMatchObject([
    { code: 'MAESTRO_PIPELINE_NOT_READABLE', message: 'sides.out cannot be read.' },
    { code: 'MAESTRO_PIPELINE_NOT_READABLE', message: 'sides.in cannot be written.', step: 'sink-1' },
  ])
})

describe('what an operator sees for itself', () => {
  const checked = (check: () => never) =>
    defineOperator({
      name: 'checked',
      kind: 'map',
      options: {},
      adds: {},
      check: ({ columns, step }) => {
        expect([Object.keys(columns.columns), step]).toEqual([['n'], '1-checked'])
        return check()
      },
      create: () => (row) => row,
    })
  const start = pipeline('p').from([{ n: 1 }])
  const found = maestroError('MAESTRO_STEP_FAILED', { step: 's', reason: 'seen' })

  test('its own check is a fault of the step', async () => {
    const [fault] = await faultsOf(
      start.step(
        checked(() => [found] as never),
        {},
      ),
    )
    expect(fault).toMatchObject({ code: 'MAESTRO_STEP_FAILED', step: '1-checked' })
  })

  test('a check that throws is a fault too, beside the others', async () => {
    const boom = () => {
      throw new Error('boom')
    }
    const faults = await faultsOf(start.step(checked(boom), {}))
    expect(faults).toMatchObject([
      { code: 'MAESTRO_STEP_CREATE', step: '1-checked', message: '1-checked could not be created: boom' },
      { code: 'MAESTRO_PIPELINE_NO_SINK' },
    ])
  })
})

describe('table steps', () => {
  class Sorted extends TableOperator {
    readonly statements: readonly TableStatement[] = [{ kind: 'sort', by: [{ column: 'nn' }] }]
    readonly #engine: TableEngine | undefined
    constructor(engine?: TableEngine) {
      super()
      this.#engine = engine
    }
    // A class of one's own may bring no engine.
    async createEngine(): Promise<TableEngine> {
      return this.#engine as TableEngine
    }
  }
  const engine = (prepare: TableEngine['prepare']): TableEngine => ({
    name: 'e',
    prepare,
    execute: async () => ({ rowsIn: 0, rowsOut: 0, rejected: 0, dropped: 0, merged: 0, created: 0 }),
    dispose: async () => undefined,
  })
  const start = (operator: Sorted) =>
    pipeline('p')
      .from([{ n: 1 }])
      .use(operator)
      .write('acme.rows' as never, {} as never)

  test('without an engine', async () => {
    expect(await faultsOf(start(new Sorted()))).toMatchObject([
      { code: 'MAESTRO_PIPELINE_TABLE_ENGINE', step: '1-Sorted', hint: expect.stringContaining('plugin-table') },
    ])
  })

  test('the engine sees statements and columns, and its faults are the step’s', async () => {
    const seen: unknown[] = []
    const fault = maestroError('MAESTRO_STEP_FAILED', { step: 's', reason: 'no nn' })
    const faults = await faultsOf(
      start(
        new Sorted(
          engine(async (statements, columns) => {
            seen.push(statements, columns)
            return { faults: [fault], reads: ['nn'] }
          }),
        ),
      ),
    )
    expect(seen).toEqual([[{ kind: 'sort', by: [{ column: 'nn' }] }], { columns: { n: 'number' }, open: false }])
    expect(faults.map(({ code, step }) => [code, step])).toEqual([
      ['MAESTRO_STEP_FAILED', '1-Sorted'],
      ['MAESTRO_PIPELINE_COLUMN_UNKNOWN', '1-Sorted'],
    ])
  })

  test('an engine that breaks is a fault', async () => {
    const broken = engine(() => Promise.reject(new Error('no library')))
    expect(await faultsOf(start(new Sorted(broken)))).toMatchObject([
      { code: 'MAESTRO_STEP_CREATE', step: '1-Sorted', message: '1-Sorted could not be created: no library' },
    ])
  })
})

test('secrets typed into options stand blank in the plan', async () => {
  const op = defineOperator({
    name: 'keyed',
    kind: 'map',
    options: z.object({ apiKey: z.string(), maxTokens: z.number(), list: z.array(z.string()) }),
    create: () => (row) => row,
  })
  const input = pipeline('p')
    .from([{ n: 1 }])
    .step(op, { apiKey: 'sk-12345', maxTokens: 5, list: ['x'] })
  const plan = await maestro({ plugins: [smallPlugin().plugin] }).plan(input.write('acme.rows' as never, {} as never))
  expect(plan.steps[0]?.options).toEqual({ apiKey: '[redacted]', maxTokens: 5, list: ['x'] })
})
