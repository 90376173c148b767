import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TemporaryProject } from '../__fixtures__/temporary-project.js'

/** Each row waits for the file `go`, or for the end of the test. */
const pipelineWith = (code: string) => `import { existsSync } from 'node:fs'
import { pipeline } from '@maestro-dataflow/core'
export default pipeline('slow').from([{ n: 1 }, { n: 2 }])
  .map(async (row) => {
    console.error('waiting')
    while (existsSync('maestro.config.json') && !existsSync('go')) await new Promise((done) => setTimeout(done, 20))
    ${code}
    return row
  }, { concurrency: 1 })
  .write('fs.file', { path: 'out/slow.jsonl', mode: 'overwrite' })
`

let project: TemporaryProject
beforeEach(() => {
  project = new TemporaryProject({
    'package.json': { type: 'module' },
    'maestro.config.json': { plugins: ['@maestro-dataflow/plugin-fs'], pipelines: 'pipelines/*' },
    'pipelines/slow.js': pipelineWith(''),
  })
})
afterEach(() => project.remove())

interface Started {
  readonly run: string
  readonly pid: number
  readonly output: string
}

async function startDetached(...parameters: readonly string[]): Promise<Started> {
  const { code, stdout, stderr } = await project.maestro('run', 'slow', '--detach', '--json', ...parameters)
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout)
}

test('a detached run goes on without its terminal, and attach shows it until its end', async () => {
  const { run, output } = await startDetached()
  expect(output).toBe(join(project.folder, '.maestro/runs', run, 'output.log'))
  const [shown, asJson] = [project.start(['attach']), project.start(['attach', run.slice(-4), '--json'])]
  await shown.wrote('waiting')
  project.write('go', '')
  const [{ code, stderr }, json] = await Promise.all([shown.finished, asJson.finished])
  expect(code).toBe(0)
  expect(stderr).toMatch(/slow: done in .*\n {2}rows: 2 in/)
  expect(json.code).toBe(0)
  expect(JSON.parse(json.stdout)).toMatchObject({ runId: run, status: 'done', counts: { rowsOut: 2 } })
  expect(project.rows('out/slow.jsonl')).toEqual([{ n: 1 }, { n: 2 }])
  // It has ended, and is shown once more.
  expect(await project.maestro('attach', run)).toMatchObject({ code: 0, stdout: expect.stringContaining('done in') })
})

test('attach ends with the exit code of a run that fails, is stopped, or is killed', async () => {
  project.write('pipelines/slow.js', pipelineWith("throw new Error('no luck')"))
  project.write('maestro.config.json', {
    plugins: ['@maestro-dataflow/plugin-fs'],
    pipelines: 'pipelines/*',
    run: { onError: 'fail' },
  })
  const failing = await startDetached()
  const attached = project.start(['attach', failing.run])
  await attached.wrote('waiting')
  project.write('go', '')
  expect(await attached.finished).toMatchObject({ code: 1, stderr: expect.stringContaining('no luck') })
  rmSync(join(project.folder, 'go'))

  const stopped = await startDetached()
  const second = project.start(['attach', stopped.run])
  await second.wrote('waiting')
  process.kill(stopped.pid, 'SIGTERM')
  expect(await second.finished).toMatchObject({ code: 130 })

  const resumed = await project.maestro('resume', stopped.run, '--detach')
  expect(resumed.stdout).toContain(`maestro attach ${stopped.run}`)
  const third = project.start(['attach', stopped.run])
  await third.wrote('waiting')
  const [, pid] = /in the process (\d+)/.exec(resumed.stdout) ?? []
  if (pid === undefined) throw new Error(`no process in ${resumed.stdout}`)
  // With the process that supervises it.
  process.kill(-Number(pid), 'SIGKILL')
  const { code, stderr } = await third.finished
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('MAESTRO_CLI_RUN_LEFT') })
})

test('a run in another terminal is shown by its report', async () => {
  const run = project.start(['run', 'slow'])
  await run.wrote('waiting')
  const attached = project.start(['attach', 'slow'])
  project.write('go', '')
  await run.finished
  expect(await attached.finished).toMatchObject({ code: 0, stdout: expect.stringContaining('slow: done') })
})

test('a run that cannot be detached is refused, and a run that does not begin says why', async () => {
  expect(await project.maestro('run', 'slo', '--detach')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/MAESTRO_CLI_NOT_STARTED.*MAESTRO_PIPELINE_.*slo/s),
  })
  expect(existsSync(join(project.folder, '.maestro/runs'))).toBe(false)
  const refused = [['slow'], ['--output', '-'], ['--set', 'path=-']].map((more) =>
    project.maestro('run', 'slow', '--detach', ...more),
  )
  expect((await Promise.all(refused)).map(({ code }) => code)).toEqual([2, 2, 2])
})
