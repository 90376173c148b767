import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TemporaryProject } from './__fixtures__/temporary-project.js'

const config = { plugins: ['@maestro-dataflow/plugin-fs'], pipelines: 'pipelines/*' }
const cities = 'city,people\nLyon,520000\nMainz,220000\nØrsta,10900\n'
const copy = {
  name: 'copy',
  params: { from: 'cities.csv' },
  read: { use: 'fs.file', path: `\${from}`, columns: ['city', 'people'] },
  write: { use: 'fs.file', path: 'out/cities.jsonl' },
}

let project: TemporaryProject
beforeEach(() => {
  project = new TemporaryProject({ 'maestro.config.json': config, 'cities.csv': cities, 'pipelines/copy.json': copy })
})
afterEach(() => project.remove())

const module = (body: string) => `import { pipeline } from '@maestro-dataflow/core'\n${body}`

describe('a run', () => {
  test('writes the output and prints what it did', async () => {
    const { code, stdout, stderr } = await project.maestro('run', 'copy')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^copy: done in \d+\.\d\d s\n {2}rows: 3 in \+ 0 created = 3 out .*0 rejected\n/)
    expect(stdout).toContain('wrote 3 rows to out/cities.jsonl')
    expect(project.rows('out/cities.jsonl').map(({ city }) => city)).toEqual(['Lyon', 'Mainz', 'Ørsta'])
  })

  test.each(['run', 'plan', 'preview'])('%s without a name lists the pipelines of the project', async (command) => {
    const { code, stderr } = await project.maestro(command)
    expect(code).toBe(2)
    expect(stderr).toContain(`Name one of these: copy. For example: maestro ${command} copy`)
  })

  test('--json prints the report and nothing else', async () => {
    const { code, stdout } = await project.maestro('run', 'copy', '--json')
    expect(code).toBe(0)
    const report = JSON.parse(stdout)
    expect(report).toMatchObject({ pipeline: 'copy', status: 'done', counts: { rowsIn: 3, rowsOut: 3 } })
    expect(JSON.parse(project.read(join('.maestro/runs', report.runId, 'report.json')))).toEqual(report)
  })

  test('--limit and --set', async () => {
    project.write('few.csv', 'city,people\nBern,134000\nUri,37000\n')
    expect((await project.maestro('run', 'copy', '--limit', '1', '--set', 'from=few.csv')).code).toBe(0)
    expect(project.rows('out/cities.limit-1.jsonl')).toEqual([{ city: 'Bern', people: '134000' }])
  })

  test('a pipeline file is named from the working directory, also inside a folder of the project', async () => {
    const { code } = await project.start(['run', 'copy.json'], { cwd: 'pipelines' }).finished
    expect(code).toBe(0)
    expect(project.rows('out/cities.jsonl')).toHaveLength(3)
  })

  test('rejected rows are counted, and where they are is said', async () => {
    project.write('cities.csv', `${cities}Bern,1,too many\n`)
    const { code, stdout } = await project.maestro('run', 'copy')
    expect(code).toBe(0)
    expect(stdout).toContain('4 in + 0 created = 3 out + 0 dropped + 0 merged + 1 rejected')
    expect(stdout).toContain('why rows were rejected: maestro rejects')
  })

  test('a run that rejects most rows fails, shows the reasons by count, and leaves the output as it was', async () => {
    project.write('cities.csv', `${cities}${'Bern,1,too many\n'.repeat(60)}`)
    project.write('out/cities.jsonl', 'precious\n')
    const { code, stderr } = await project.maestro('run', 'copy', '--overwrite')
    expect(code).toBe(1)
    expect(stderr).toMatch(/\d+ rows rejected in source, for example cities\.csv:5: /)
    expect(stderr).toContain('maxRejects')
    expect(project.read('out/cities.jsonl')).toBe('precious\n')
  })
})

describe('existing outputs', () => {
  beforeEach(() => project.write('out/cities.jsonl', 'precious\n'))

  test('are refused and stay as they are', async () => {
    const { code, stdout, stderr } = await project.maestro('run', 'copy')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('out/cities.jsonl exists already. Use --overwrite')
    expect(project.read('out/cities.jsonl')).toBe('precious\n')
  })

  test('are replaced with --overwrite', async () => {
    expect((await project.maestro('run', 'copy', '--overwrite')).code).toBe(0)
    expect(project.rows('out/cities.jsonl')).toHaveLength(3)
  })

  test('with --json the error is an object on standard output', async () => {
    const { code, stdout, stderr } = await project.maestro('run', 'copy', '--json')
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'MAESTRO_PIPELINE_INVALID', hint: expect.any(String) })
  })
})

describe('--output', () => {
  test('replaces the path of the only file, in the format of its ending, from the working directory', async () => {
    mkdirSync(join(project.folder, 'here'))
    const { code } = await project.start(['run', 'copy', '--output', 'mine.csv'], { cwd: 'here' }).finished
    expect(code).toBe(0)
    expect(project.read('here/mine.csv')).toBe(cities)
    expect(existsSync(join(project.folder, 'out'))).toBe(false)
  })

  test('names the files when there are several', async () => {
    const two = [
      { use: 'fs.file', path: 'out/a.csv' },
      { use: 'fs.file', path: 'out/b.csv' },
    ]
    project.write('pipelines/two.json', { ...copy, name: 'two', write: two })
    const { code, stderr } = await project.maestro('run', 'two', '--output', 'mine.csv')
    expect(code).toBe(2)
    expect(stderr).toContain('pipeline two writes several files: out/a.csv, out/b.csv')
  })

  test('says so when there is none', async () => {
    project.write('pipelines/none.json', { ...copy, name: 'none', write: [] })
    const { code, stderr } = await project.maestro('run', 'none', '--output', 'mine.csv')
    expect(code).toBe(2)
    expect(stderr).toContain('pipeline none does not write a file. Its sinks: none.')
  })

  test('a path outside the project is refused', async () => {
    const { code, stderr } = await project.maestro('run', 'copy', '--output', '../mine.csv')
    expect(code).toBe(1)
    expect(stderr).toContain('is outside the project')
  })
})

describe('Ctrl-C', () => {
  const stuck = module(`
    export default pipeline('stuck')
      .from([{ n: 1 }])
      .map((row) => { console.error('at work'); return new Promise<typeof row>((done) => setTimeout(done, 600_000, row)) })
      .write('fs.file', { path: 'out/stuck.jsonl' })`)

  test('the first one stops cleanly and says so: no output, a report, exit code 130', async () => {
    project.write('pipelines/stuck.ts', stuck)
    const running = project.start(['run', 'stuck'])
    await running.wrote('at work')
    running.process.kill('SIGINT')
    const { code, stdout, stderr } = await running.finished
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
    expect(stderr).toContain('Stopping cleanly. Press Ctrl-C again to stop at once.')
    expect(stderr).toContain('MAESTRO_RUN_ABORTED')
    expect(stderr).toMatch(/Continue with: maestro resume \S+-stuck-/)
    expect(existsSync(join(project.folder, 'out')) ? readdirSync(join(project.folder, 'out')) : []).toEqual([])
    const [run] = readdirSync(join(project.folder, '.maestro/runs'))
    expect(JSON.parse(project.read(join('.maestro/runs', run ?? '', 'report.json')))).toMatchObject({
      status: 'aborted',
    })
  })

  test('with --json the report of the stopped run is on standard output', async () => {
    project.write('pipelines/stuck.ts', stuck)
    const running = project.start(['run', 'stuck', '--json'])
    await running.wrote('at work')
    running.process.kill('SIGTERM')
    const { code, stdout } = await running.finished
    expect(code).toBe(130)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'MAESTRO_RUN_ABORTED' }, report: { status: 'aborted' } })
  })

  test('the second one kills a run that does not stop', async () => {
    project.write(
      'pipelines/deaf.ts',
      module(
        "console.error('loading')\nawait new Promise((done) => setTimeout(done, 600_000))\nexport default pipeline('deaf')",
      ),
    )
    const running = project.start(['run', 'deaf'])
    await running.wrote('loading')
    running.process.kill('SIGINT')
    await running.wrote('Stopping cleanly')
    running.process.kill('SIGINT')
    expect((await running.finished).code).toBe(130)
  })
})

test('an operator that throws on every row: code, cause, hint, and the run folder', async () => {
  project.write(
    'pipelines/broken.ts',
    module(`
    export default pipeline('broken')
      .read('fs.file', { path: 'cities.csv', columns: ['city'] })
      .map(() => { throw new Error('no such city') })
      .write('fs.file', { path: 'out/broken.jsonl' })`),
  )
  const { code, stderr } = await project.maestro('run', 'broken')
  expect(code).toBe(1)
  expect(stderr).toContain('MAESTRO_RUN_ALL_FAILED: Every one of the first 3 rows failed in 1-map')
  expect(stderr).toContain('no such city')
  expect(stderr).toMatch(/run folder: .*\.maestro/)
})

test.each([
  ['Good? {text}', 'Write {{text}} instead of {text}.'],
  ['Good?', 'Write a column as {{name}}.'],
  ['Good? {{text}} {json}', undefined],
])('the prompt %j: one that names no column is warned of by run, preview and plan', async (prompt, cure) => {
  project.write(
    'asks.mjs',
    `
    import { defineOperator, definePlugin, promptOption } from '@maestro-dataflow/core'
    const ask = defineOperator({ name: 'asks.step', kind: 'map', options: { prompt: promptOption() }, create: () => (row) => row })
    export default definePlugin({ name: 'asks', operators: [ask] })`,
  )
  project.write('maestro.config.json', { ...config, plugins: [...config.plugins, './asks.mjs'] })
  project.write('in.csv', 'text\nx\n')
  project.write('pipelines/ask.json', {
    name: 'ask',
    read: { use: 'fs.file', path: 'in.csv', columns: ['text'] },
    steps: [{ use: 'asks.step', id: 'ask', prompt }],
    write: { use: 'fs.file', path: 'out/ask.jsonl', mode: 'overwrite' },
  })
  for (const command of ['run', 'preview', 'plan']) {
    const { code, stderr } = await project.maestro(command, 'ask')
    expect(code).toBe(0)
    if (cure === undefined) expect(stderr).toBe('')
    else
      expect(stderr).toBe(
        `warning: step ask: the prompt names no column, so that every row asks the same question. ${cure}\n`,
      )
  }
})

test('the only row that fails is not called the first of many', async () => {
  project.write(
    'pipelines/one.mjs',
    module(`
    export default pipeline('one').from([{ n: 1 }]).map(() => { throw new Error('no') }).write('fs.file', { path: 'out/one.jsonl' })`),
  )
  const { stderr } = await project.maestro('run', 'one')
  expect(stderr).toContain('The only row failed in 1-map')
  expect(stderr).not.toContain('Every one')
})

// Each of these tests runs several commands.
describe('an unfinished run', { timeout: 120_000 }, () => {
  const source = (more = '') =>
    module(`import { existsSync } from 'node:fs'
    export default pipeline('two')
      .read('fs.file', { path: 'cities.csv', columns: ['city', 'people'] })
      .map((row) => { console.error('read ' + row.city); return row }, { id: 'read' })
      .write('fs.file', { path: 'out/read.jsonl' })
      .map((row) => {
        if (!existsSync('ready')) throw new Error('not ready')
        return { ...row${more} }
      }, { id: 'ready' })
      .write('fs.file', { path: 'out/ready.jsonl' })`)

  test('is continued by the command that its message names', async () => {
    project.write('pipelines/two.ts', source())
    const failed = await project.maestro('run', 'two')
    expect(failed.code).toBe(1)
    const [, command = ''] = /Continue with: maestro (.*)/.exec(failed.stderr) ?? []
    const plan = await project.maestro('plan', 'two')
    expect(plan.stdout).toContain(`unfinished run: maestro ${command}\n  stage 0 (function) is reused\n`)
    const data = JSON.parse((await project.maestro('plan', 'two', '--json')).stdout)
    expect(data.unfinished).toMatchObject({
      run: command.split(' ').at(-1),
      stages: [{ stage: 0, reuse: 'stage' }, {}],
    })
    project.write('ready', '')
    const { code, stdout, stderr } = await project.maestro(...command.split(' '))
    expect({ code, stderr: /read Lyon/.test(stderr) }).toEqual({ code: 0, stderr: false })
    expect(stderr).toContain('stage 0 (function) is reused')
    expect(stdout).toContain('wrote 3 rows to out/ready.jsonl')
    expect(project.rows('out/read.jsonl')).toHaveLength(3)
    expect(readdirSync(join(project.folder, '.maestro/runs'))).toHaveLength(1)
    const again = await project.maestro('resume')
    expect(again.code).toBe(1)
    expect(again.stderr).toContain('There is no unfinished run.')
  })

  test('is continued by run --resume with the same parameters, and a changed step is done again', async () => {
    project.write('pipelines/two.ts', source())
    await project.maestro('run', 'two')
    project.write('ready', '')
    project.write('pipelines/two.ts', source(', now: 1').replace("'read '", "'again '"))
    const { code, stderr } = await project.maestro('run', 'two', '--resume')
    expect({ code, again: stderr.includes('again Lyon') }).toEqual({ code: 0, again: true })
    expect(stderr).toContain('stage 0 (function) runs again, because the function read changed')
    expect(project.rows('out/ready.jsonl')[0]).toMatchObject({ city: 'Lyon', now: 1 })
    expect(readdirSync(join(project.folder, '.maestro/runs'))).toHaveLength(1)
    // Nothing is left to continue, so a new run begins.
    expect((await project.maestro('run', 'two', '--resume', '--overwrite')).code).toBe(0)
    expect(readdirSync(join(project.folder, '.maestro/runs'))).toHaveLength(2)
  })

  test('whose state is damaged is refused in words', async () => {
    project.write('pipelines/two.ts', source())
    await project.maestro('run', 'two')
    const [run = ''] = readdirSync(join(project.folder, '.maestro/runs'))
    const state = join('.maestro/runs', run, 'run.json')
    project.write(state, project.read(state).replace('"crc32"', '"crc"'))
    const { code, stderr } = await project.maestro('resume', run)
    expect(code).toBe(1)
    expect(stderr).toContain('its run.json is damaged')
  })
})

describe('several pipelines', () => {
  beforeEach(() => {
    const read = { use: 'fs.file', path: 'cities.csv', columns: ['city'] }
    project.write('cities.csv', 'city\nLyon\n')
    for (const name of ['one', 'two'])
      project.write(`pipelines/${name}.json`, { name, read, write: { use: 'fs.file', path: `out/${name}.csv` } })
  })

  test('run in their order', async () => {
    const { code, stdout } = await project.maestro('run', 'one', 'two', '--json')
    expect(code).toBe(0)
    const reports = stdout.trim().split('\n')
    expect(reports.map((line) => JSON.parse(line).pipeline)).toEqual(['one', 'two'])
    expect(project.read('out/two.csv')).toBe('city\nLyon\n')
  })

  test('end at the first that fails', async () => {
    project.write('out/one.csv', 'city\nOslo\n')
    const { code, stderr } = await project.maestro('run', 'one', 'two')
    expect(code).toBe(1)
    expect(stderr).toContain('out/one.csv exists already')
    expect(() => project.read('out/two.csv')).toThrow()
  })

  test('none of them runs if the name of one is unknown', async () => {
    const { code, stderr } = await project.maestro('run', 'one', 'tow')
    expect(code).toBe(1)
    expect(stderr).toContain('There is no pipeline "tow"')
    expect(() => project.read('out/one.csv')).toThrow()
  })

  test('do not share an output', async () => {
    expect((await project.maestro('run', 'one', 'two', '--output', 'x.csv')).code).toBe(2)
  })
})

describe('--serving', () => {
  test('an unknown one is refused, and the known ones are listed', async () => {
    const { code, stderr } = await project.maestro('run', 'cities', '--serving', 'big')
    expect(code).toBe(2)
    expect(stderr).toContain('--serving: no serving "big" is configured.')
  })
})
