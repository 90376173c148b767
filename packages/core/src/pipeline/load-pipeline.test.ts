// biome-ignore-all lint/suspicious/noTemplateCurlyInString: parameters of data are written like this
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { errorOf, ProjectFolder } from '../__fixtures__/project-folder.js'
import { definePipeline } from '../define/define-pipeline.js'
import { pipeline } from '../define/pipeline.js'
import { loadPipeline, pipelineFiles } from './load-pipeline.js'
import { toDefinition } from './to-definition.js'

const load = (project: ProjectFolder, name: string, params?: Record<string, unknown>) =>
  loadPipeline(name, { directory: project.path, pipelines: ['pipelines/*.{js,ts,json,yaml}', 'more/*.mjs'] }, params)

const data = {
  name: 'copy',
  read: { use: 'a.rows', path: 'in' },
  steps: [
    { use: 'a.up', input: 'x' },
    { id: 'two', use: 'a.up', input: 'y', onError: 'fail' as const },
    { use: 'a.down', after: 'source' },
  ],
  write: [
    { use: 'a.rows', path: 'out' },
    { use: 'a.rows', path: 'mid', after: 'two', id: 'mid' },
  ],
}
const yaml = `
name: copy
read: { use: a.rows, path: in }
steps:
  - { use: a.up, input: x }
  - { id: two, use: a.up, input: y, onError: fail }
  - { use: a.down, after: source }
write:
  - { use: a.rows, path: out }
  - { use: a.rows, path: mid, after: two, id: mid }
`

describe('the forms of a pipeline', () => {
  test('builder, YAML, JSON, definePipeline and a module give the same definition', async () => {
    const project = new ProjectFolder({
      'pipelines/y.yaml': yaml,
      'pipelines/j.json': data,
      'pipelines/m.js': `export default ${JSON.stringify(definePipeline(data))}`,
    })
    const step = { input: 'x' } as never
    const built = pipeline('copy')
      .read('a.rows' as never, { path: 'in' } as never)
      .branch((rows) =>
        rows
          .step('a.up' as never, step)
          .step('a.up' as never, { input: 'y' } as never, { id: 'two', onError: 'fail' })
          .write('a.rows' as never, { path: 'mid' } as never, { id: 'mid' }),
      )
      .step('a.down' as never, {} as never)
      .write('a.rows' as never, { path: 'out' } as never, { id: 'sink-1' })
    const expected = definePipeline(data)
    for (const name of ['y', 'j', 'm']) expect(await load(project, name)).toEqual(expected)
    const { end, sinks, ...rest } = await toDefinition(built)
    expect(end).toBe('3-a.down')
    expect({ ...rest, sinks: sinks.toReversed() }).toEqual(expected)
  })

  test('by name from any of the globs, and by path from the project’s folder', async () => {
    const project = new ProjectFolder({ 'more/night.mjs': `export default ${JSON.stringify(definePipeline(data))}` })
    for (const name of ['night', 'more/night.mjs', './more/night.mjs', project.file('more/night.mjs')])
      expect(await load(project, name)).toMatchObject({ name: 'copy' })
  })

  test('overlapping globs list a file once, and two files with one name are an error that lists both paths', async () => {
    const project = new ProjectFolder({ 'pipelines/copy.json': data, 'more/copy.mjs': 'throw new Error("not asked")' })
    const config = { directory: project.path, pipelines: ['pipelines/*.json', '**/copy.json'] }
    expect(await pipelineFiles(config)).toEqual([project.file('pipelines/copy.json')])
    expect(await loadPipeline('copy', config)).toMatchObject({ name: 'copy' })
    expect(await errorOf(() => load(project, 'copy'))).toMatchObject({
      code: 'MAESTRO_PIPELINE_AMBIGUOUS',
      message: `Several files define the pipeline "copy": ${join('more', 'copy.mjs')}, ${join('pipelines', 'copy.json')}.`,
      hint: expect.stringContaining('path'),
    })
    expect(await load(project, 'pipelines/copy.json')).toMatchObject({ name: 'copy' })
  })

  test('JSON may begin with a byte order mark', async () => {
    const project = new ProjectFolder({ 'pipelines/p.json': `\uFEFF${JSON.stringify(data)}` })
    expect(await load(project, 'p')).toEqual(definePipeline(data))
  })

  test('a builder made by another copy of this package is one too', async () => {
    const project = new ProjectFolder({
      'pipelines/b.js': `export default { get definition() { return ${JSON.stringify(definePipeline(data))} } }`,
    })
    expect(await load(project, 'b')).toEqual(definePipeline(data))
  })
})

describe('a pipeline that cannot be had', () => {
  test('the error for an unknown name lists the known ones and the near one', async () => {
    const project = new ProjectFolder({ 'pipelines/reviews.json': data, 'pipelines/night.json': data })
    expect(await errorOf(() => load(project, 'revews'))).toMatchObject({
      code: 'MAESTRO_PIPELINE_UNKNOWN',
      message: 'There is no pipeline "revews".',
      hint: 'Did you mean "reviews"? Known: night, reviews. A path to a pipeline file works too.',
    })
    for (const path of ['pipelines/revews.json', 'revews.ts', 'pipeline/reviews.json', 'Reviews'])
      expect((await errorOf(() => load(project, path))).hint).toContain('Did you mean "reviews"?')
    expect((await errorOf(() => load(new ProjectFolder(), 'x.json'))).hint).toContain('Known: none.')
  })

  test.each([
    ['b.js', 'throw new Error("boom")', 'boom'],
    ['b.js', 'import "./gone.js"', 'gone.js'],
    ['b.json', '{ "name": ', 'JSON'],
    ['b.yaml', 'name: [', ''],
    ['b.ts', 'export default {{', ''],
  ])('%s that cannot be read: %s', async (name, text, reason) => {
    const project = new ProjectFolder({ [`pipelines/${name}`]: text })
    const error = await errorOf(() => load(project, 'b'))
    expect(error.code).toBe('MAESTRO_PIPELINE_LOAD')
    expect(error.message).toContain(`The pipeline file ${project.file(`pipelines/${name}`)} could not be loaded: `)
    expect(error.details.reason).toContain(reason)
    expect(error.details.reason).not.toMatch(/^$|:$/)
  })

  test.each([
    ['export const p = 1', 'nothing'],
    ['export default 42', 'number'],
    ['export default {}', 'object'],
    ['export default () => 1', 'function'],
  ])('a module without one: %s', async (text, found) => {
    const project = new ProjectFolder({ 'pipelines/b.js': text })
    expect(await errorOf(() => load(project, 'b'))).toMatchObject({
      code: 'MAESTRO_PIPELINE_NOT_A_PIPELINE',
      message: `The default export of ${project.file('pipelines/b.js')} is not a pipeline but ${found}.`,
      hint: expect.stringContaining("export default pipeline('name')"),
    })
  })

  test.each<[unknown, readonly (string | RegExp)[]]>([
    [[], ['a pipeline is an object with name, read, steps and write']],
    [{}, ['name: a text is expected', /^read: an object with `use` is expected, such as/]],
    [{ ...data, setps: [] }, [/^setps: there is no such property\. Did you mean "steps"\? Known: name, /]],
    [{ ...data, steps: { use: 'x' } }, ['steps: a list is expected']],
    [{ ...data, steps: [{ use: 'x' }, 'y'] }, ['steps[1]: an object with `use` is expected']],
    [{ ...data, steps: [{ use: 'x', onError: 'skip' }] }, ['steps[0].onError: "reject" or "fail" is expected']],
    [
      { ...data, steps: [{ use: 'x', id: 1, after: [] }] },
      ['steps[0].id: a text is expected', 'steps[0].after: a text is expected'],
    ],
    [{ ...data, write: { path: 'x' } }, ['write[0]: an object with `use` is expected']],
  ])('data of another form: %j', async (given, issues) => {
    const project = new ProjectFolder({ 'pipelines/b.json': JSON.stringify(given) })
    const error = await errorOf(() => load(project, 'b'))
    expect(error).toMatchObject({
      code: 'MAESTRO_PIPELINE_MALFORMED',
      hint: expect.stringContaining('docs/pipelines.md'),
    })
    expect(error.message).toContain('pipelines/b.json is not valid')
    expect(error.details.issues).toEqual(
      issues.map((issue) => (typeof issue === 'string' ? issue : expect.stringMatching(issue))),
    )
  })
})

describe('parameters of data', () => {
  const project = () =>
    new ProjectFolder({
      'pipelines/p.json': {
        name: 'p-${day}',
        params: { day: null, limit: 5, deep: true, tag: 'x' },
        read: { use: 'a.rows', path: 'in/${day}.csv', limit: '${limit}', deep: '${ deep }', raw: '\\${day} ${1+1}' },
        steps: [{ use: 'a.up', list: ['${tag}', '${tag}-${limit}'] }],
      },
    })
  const issues = async (params: Record<string, unknown>) => {
    const error = await errorOf(() => load(project(), 'p', params))
    expect(error).toMatchObject({ code: 'MAESTRO_PIPELINE_PARAMS', hint: expect.stringContaining('--set name=value') })
    return error.details.issues
  }

  test('take the place of their names and keep their type; defaults fill in', async () => {
    expect(await load(project(), 'p', { day: 'monday' })).toMatchObject({
      name: 'p-monday',
      params: { day: 'monday', limit: 5, deep: true, tag: 'x' },
      source: { options: { path: 'in/monday.csv', limit: 5, deep: true, raw: '${day} ${1+1}' } },
      steps: [{ options: { list: ['x', 'x-5'] } }],
    })
  })

  test('texts from the command line become numbers and truth values where the default is one', async () => {
    const { params } = await load(project(), 'p', { day: '7', limit: '20', deep: 'false', tag: '3' })
    expect(params).toEqual({ day: '7', limit: 20, deep: false, tag: '3' })
  })

  test('missing, unknown, and wrong ones are reported at once', async () => {
    expect(await issues({ dya: 'x', limit: 'few', deep: 'yes' })).toEqual([
      'dya: the pipeline has no such parameter. Did you mean "day"? It has day, limit, deep, tag.',
      'day: a value is required',
      'limit: a number is expected, not "few"',
      'deep: a boolean is expected, not "yes"',
    ])
  })

  test('a name in an option that is not a parameter is an error', async () => {
    const stray = new ProjectFolder({
      'pipelines/s.json': { name: 's', params: { day: 'x' }, read: { use: 'a.rows', path: '${dya}/${day}' } },
    })
    expect((await errorOf(() => load(stray, 's'))).details.issues).toEqual([
      'dya: the pipeline has no such parameter. Did you mean "day"? It has day. A literal ${ is written \\${.',
    ])
  })
})

describe('parameters of a builder', () => {
  const daily = pipeline(
    'daily',
    { params: z.object({ day: z.string(), limit: z.number().default(5), all: z.boolean().optional() }) },
    (start, { day, limit }) => start.from([{ n: limit }]).map((row) => ({ ...row, day })),
  )
  const issues = async (params: Record<string, unknown>) => {
    const error = await errorOf(() => toDefinition(daily, params))
    expect(error).toMatchObject({ code: 'MAESTRO_PIPELINE_PARAMS', message: expect.stringContaining('pipeline daily') })
    return error.details.issues
  }

  test('are filled in by the schema and reach the builder', async () => {
    expect((await toDefinition(daily, { day: 'monday' })).params).toEqual({ day: 'monday', limit: 5 })
  })

  test('only texts that the schema refuses are read as other types', async () => {
    const { params } = await toDefinition(daily, { day: '2024', limit: '20', all: 'true' })
    expect(params).toEqual({ day: '2024', limit: 20, all: true })
  })

  test('missing, wrong and unknown ones', async () => {
    expect(await issues({})).toEqual(['`day` is missing: a string is expected'])
    expect(await issues({ day: 'x', limit: 'few' })).toEqual([
      expect.stringMatching(/^limit: a number is expected, not a string$/),
    ])
    expect(await issues({ day: 'x', limti: '3' })).toEqual([
      'limti: the pipeline has no such parameter. Did you mean "limit"? It has day, limit, all.',
    ])
  })

  test('a pipeline without parameters takes none', async () => {
    const error = await errorOf(() => toDefinition(pipeline('x').from([{ n: 1 }]), { day: 'x' }))
    expect(error.details.issues).toEqual(['day: the pipeline has no such parameter. It has none.'])
  })
})
