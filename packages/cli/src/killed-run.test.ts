import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Running, TemporaryProject } from './__fixtures__/temporary-project.js'

const pipelineModule = (name: string, body = '') => `import { pipeline } from '@maestro-dataflow/core'
export default pipeline('${name}').from(Array.from({ length: 3000 }, (_, n) => ({ n })))${body}
  .write('fs.file', { path: 'out/${name}.jsonl', mode: 'overwrite' })`
/** Says so, and then waits for ever. */
const waiting = `.map(async (row) => {
  if (row.n < 2000) return row
  console.error('half of the rows in process ' + process.pid + ';')
  return new Promise(() => setInterval(() => {}, 1000))
})`

let project: TemporaryProject
const running: Running[] = []
beforeEach(() => {
  project = new TemporaryProject({
    'maestro.config.json': { plugins: ['@maestro-dataflow/plugin-fs'], pipelines: 'pipelines/*' },
    'pipelines/slow.ts': pipelineModule('slow', waiting),
    'pipelines/quick.ts': pipelineModule('quick'),
  })
})
afterEach(() => {
  for (const one of running.splice(0)) one.process.kill('SIGKILL')
  project.remove()
})

const hidden = () =>
  existsSync(join(project.folder, 'out'))
    ? readdirSync(join(project.folder, 'out')).filter((name) => name.startsWith('.maestro-'))
    : []

/** Starts a run, and waits until it has a hidden file. @returns a function that kills it */
async function startSlowRun(): Promise<() => Promise<void>> {
  const run = project.start(['run', 'slow'])
  running.push(run)
  let said = ''
  run.process.stderr?.on('data', (text: string) => {
    said += text
  })
  await run.wrote('half of the rows in process')
  await run.wrote(';')
  return async () => {
    const worker = /in process (\d+);/.exec(said)?.[1]
    if (worker === undefined) throw new Error(`no process in ${said}`)
    // The process that supervises it would stop it in good order.
    process.kill(Number(worker), 'SIGKILL')
    await run.finished
  }
}

test('the hidden file of a run in progress stays, and that of a killed one is removed by the next run', {
  timeout: 120_000,
}, async () => {
  const kill = await startSlowRun()
  const [file] = hidden()
  expect((await project.maestro('run', 'quick')).code).toBe(0)
  expect((await project.maestro('prune', '--keep', '0')).code).toBe(0)
  expect(hidden()).toEqual([file])
  await kill()
  expect(hidden()).toEqual([file])
  // What is not ours stays, whatever a list names.
  const runs = join(project.folder, '.maestro/runs')
  const slow = readdirSync(runs).find((name) => name.includes('slow')) ?? ''
  mkdirSync(join(project.folder, 'mine'))
  for (const name of ['mine/notes.txt', 'mine/.maestro-notes.tmp']) {
    project.write(name, 'precious')
    writeFileSync(join(runs, slow, 'temporary-files.jsonl'), `${JSON.stringify(join(project.folder, name))}\n`, {
      flag: 'a',
    })
  }
  expect((await project.maestro('run', 'quick')).code).toBe(0)
  expect(hidden()).toEqual([])
  expect(readdirSync(join(project.folder, 'mine')).sort()).toEqual(['.maestro-notes.tmp', 'notes.txt'])
  expect(project.rows('out/quick.jsonl')).toHaveLength(3000)
})

test('maestro prune removes it too, and says so; the killed run can still be resumed', {
  timeout: 120_000,
}, async () => {
  const kill = await startSlowRun()
  await kill()
  const tried = await project.maestro('prune', '--dry-run')
  expect(tried.stdout).toMatch(/slow\S*: hidden files would be removed/)
  expect(hidden()).toHaveLength(1)
  expect((await project.maestro('prune')).stdout).toMatch(/slow\S*: hidden files removed/)
  expect(hidden()).toEqual([])
  project.write('pipelines/slow.ts', pipelineModule('slow'))
  const resumed = await project.maestro('resume')
  expect({ code: resumed.code, stderr: resumed.stderr }).toMatchObject({ code: 0 })
  expect(project.rows('out/slow.jsonl')).toHaveLength(3000)
  expect(hidden()).toEqual([])
})

test('a run whose pipeline was renamed names the pipeline, and what the project has instead', {
  timeout: 120_000,
}, async () => {
  const kill = await startSlowRun()
  await kill()
  renameSync(join(project.folder, 'pipelines/slow.ts'), join(project.folder, 'slow.ts'))
  writeFileSync(join(project.folder, 'pipelines/slower.ts'), pipelineModule('slower', waiting))
  const { code, stderr } = await project.maestro('resume')
  expect(code).not.toBe(0)
  expect(stderr).toContain('is of the pipeline "slow", which the project has no longer')
  expect(stderr).toContain('The project has quick, slower.')
  expect(stderr).toContain('maestro prune')
})
