import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { errorOf, ProjectFolder } from '../__fixtures__/project-folder.js'
import { echo, smallPlugin } from '../__fixtures__/small-plugin.js'
import type { TableEngine, TableStatement } from '../contracts/table-engine.js'
import { defineOperator } from '../define/define-operator.js'
import { definePipeline, type PipelineData } from '../define/define-pipeline.js'
import type { MaestroConfig } from '../define/maestro-config.js'
import { type PipelineInput, pipeline } from '../define/pipeline.js'
import { maestro } from '../maestro.js'
import { MapOperator } from '../operator/map.js'
import { TableOperator } from '../operator/table.js'

/** A project with three packages, whose code throws its name when it is imported. */
function project(config: MaestroConfig = {}) {
  const packages = {
    files: { storages: { 'files.rows': 'Rows' } },
    engine: { tableEngines: { 'engine.fast': 'Tables' } },
    models: { servings: { 'models.chat': 'Answers' } },
  }
  const folder = new ProjectFolder(
    Object.fromEntries(
      Object.entries(packages).flatMap(([name, contributes]) => [
        [`node_modules/${name}/package.json`, { name, type: 'module', maestro: { apiVersion: 1, contributes } }],
        [`node_modules/${name}/index.js`, `throw new Error('imported ${name}')`],
      ]),
    ),
  )
  return maestro({
    plugins: [smallPlugin().plugin, ...Object.keys(packages)],
    servings: { default: { use: 'models.chat' }, mine: echo() },
    directory: folder.path,
    ...config,
  })
}

/** The package that is imported first, if one is. */
async function imported(input: PipelineInput, config?: MaestroConfig): Promise<string | undefined> {
  const error = await errorOf(async () => {
    await project(config).plan(input)
    throw new Error('none')
  })
  return /could not be loaded: imported (\w+)/.exec(error.message)?.[1]
}

const data = (parts: Partial<PipelineData>) =>
  definePipeline({
    name: 'p',
    read: { use: 'acme.rows', columns: ['text'] },
    steps: [],
    write: { use: 'acme.rows' },
    ...parts,
  })
const write = ['acme.rows' as never, {} as never] as const
const start = pipeline('p').from([{ n: 1 }])

class Same extends MapOperator {
  async map(row: Record<string, unknown>) {
    return row
  }
}
class First extends TableOperator {
  readonly statements: readonly TableStatement[] = [{ kind: 'limit', count: 1 }]
  createEngine(): Promise<TableEngine> {
    throw new Error('the configured one is used')
  }
}
const first = defineOperator({
  name: 'acme.first',
  kind: 'table',
  options: z.object({}),
  create: () => (): readonly TableStatement[] => [{ kind: 'limit', count: 1 }],
})
const asking = defineOperator({
  name: 'acme.asking',
  kind: 'map',
  options: z.object({}),
  servings: () => [{ kind: 'llm', name: 'default' }],
  create: () => (row) => row,
})

describe('a package is imported when, and only when, the pipeline needs it', () => {
  test.each<[string, PipelineInput, string | undefined]>([
    ['functions and other storages', start.map((row) => row).write(...write), undefined],
    ['an operator of a plugin', data({ steps: [{ use: 'acme.upper', input: 'text', output: 'x' }] }), undefined],
    ['an operator object that works on rows', start.use(new Same()).write(...write), undefined],
    ['its storage as the source', data({ read: { use: 'files.rows' } }), 'files'],
    ['its storage as the sink', data({ write: { use: 'files.rows' } }), 'files'],
    ['a table operator as an object', start.use(new First()).write(...write), 'engine'],
    ['a table operator as a definition', start.step(first, {}).write(...write), 'engine'],
    ['an operator that tells of servings', start.step(asking, {}).write(...write), 'models'],
    ['an operator of a plugin that tells of servings', data({ steps: [{ use: 'acme.ask' }] }), 'models'],
  ])('%s', async (_what, input, expected) => expect(await imported(input)).toBe(expected))

  test('a table operator takes the engine that the config names, and no other', async () => {
    const tables = start.step(first, {}).write(...write)
    expect(await imported(tables, { tableEngine: 'engine.fast' })).toBe('engine')
    expect(await imported(tables, { tableEngine: 'engine.slow' })).toBe(undefined)
  })

  test('plugins that are needed only once the operators are known are reported before the run', async () => {
    const instance = project()
    expect(await errorOf(() => instance.pluginsOf(start.step(asking, {})))).toMatchObject({
      code: 'MAESTRO_PLUGIN_LOAD',
    })
    expect((await instance.pluginsOf(start.map((row) => row))).map(({ name }) => name)).toEqual(['acme'])
  })
})
