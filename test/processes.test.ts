// `executor: 'processes'`: the same bytes as in one process, although steps crash theirs.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createProcessesExecutor } from '@maestro-dataflow/core/runtime'
import { describeExecutor } from '@maestro-dataflow/testkit/vitest'
import { expect, onTestFinished, test } from 'vitest'
import { TemporaryProject } from '../packages/cli/src/__fixtures__/temporary-project.ts'
import { FileProject } from './workers/project.js'

const one = { use: 'processes', processes: 1 }
const two = { use: 'processes', processes: 2 }

describeExecutor(() => createProcessesExecutor({ width: 2 }))

const lines = (count: number) => Array.from({ length: count }, (_, n) => `{"n":${n},"text":"text ${n}"}\n`).join('')

/** A pipeline module, of which only the steps are given. In them, `isHere` says whether the run itself runs them. */
const moduleOf = (steps: string) => `
import { existsSync, writeFileSync } from 'node:fs'
import { pipeline } from '@maestro-dataflow/core'
const isHere = !process.argv[1].includes('step-host')
const flag = new URL('crashed', import.meta.url)
const crashOnce = () => { if (existsSync(flag)) return; writeFileSync(flag, ''); process.abort() }
const tell = () => writeFileSync(new URL('pid-' + process.pid, import.meta.url), '')
export default pipeline('steps').read('fs.file', { path: 'in.jsonl' })${steps}.write('fs.file', { path: 'out.jsonl' })
`

async function both(steps: string, rows = 300) {
  const project = new FileProject({ 'in.jsonl': lines(rows), 'pipelines/steps.mjs': moduleOf(steps) })
  return { project, local: await project.run('steps', 'local'), many: await project.run('steps', two) }
}

test('the steps run in processes, and every value of a row comes back as it was', async () => {
  const { project, local, many } = await both(`
    .map((row) => ({ ...row, values: [1n, new Date(row.n * 1e9), new Uint8Array([row.n % 256]), Buffer.from('é'), new Float32Array([row.n]),
      NaN, -0, Infinity, 'half \\ud800', undefined, null, new Date(NaN)] }), { id: 'make' })
    .map(({ values: [big, date, bytes, buffer, vector, nan, zero, inf, half, undef, nul, never], ...row }) => ({ ...row,
      all: [String(big), date.toISOString(), [...bytes], bytes.constructor.name, [...buffer], [...vector], String(nan), Object.is(zero, -0),
        String(inf), half.length, undef === undefined, nul, String(never.getTime())] }), { id: 'read', concurrency: 2 })
    .filter((row, { drop }) => row.n % 7 !== 3 || drop('odd'), { id: 'choose' })
    .flatMap((row) => row.n % 3 === 0 ? [row, { ...row, n: -row.n }] : [row], { id: 'split' })
    .map((row) => { if (row.n % 11 === 0) throw new Error('eleven ' + row.n); return row }, { id: 'refuse' })
  `)
  expect(many).toEqual(local)
  expect(project.plan().stages.flatMap(({ workers = [] }) => workers)).toEqual(['make', 'choose', 'split', 'refuse'])
})

test('a row that crashes its process in native code is rejected alone, and all others come out', async () => {
  const { local, many } = await both(
    `.map((row) => { if (!isHere && row.n === 7) process.abort(); return row }, { id: 'crash' })`,
    12,
  )
  expect(many.report.rejects).toEqual([
    expect.objectContaining({ step: 'crash', code: 'MAESTRO_WORKER_CRASHED', rows: 1, rowId: 'in.jsonl:8' }),
  ])
  expect(many.rejects).toContain('the signal SIGABRT')
  expect(many.output?.split('\n')).toEqual(local.output?.split('\n').filter((line) => !line.includes('"n":7,')))
}, 60_000)

test('a crash that does not come again costs nothing', async () => {
  const { project, local, many } = await both(
    `.map((row) => { if (!isHere && row.n === 9) crashOnce(); return row }, { id: 'once' })`,
    12,
  )
  expect(readFileSync(join(project.path, 'pipelines/crashed'), 'utf8')).toBe('')
  expect(many).toEqual(local)
}, 60_000)

test('a row that takes more memory than its process has is rejected alone', async () => {
  const project = new FileProject({
    'in.jsonl': lines(4),
    'pipelines/steps.mjs': moduleOf(
      `.map((row) => { const held = []; while (row.n === 2) held.push({ text: 'x'.repeat(1000) + held.length }); return row }, { id: 'grow' })`,
    ),
  })
  const { report } = await project.run('steps', { ...one, memory: '64MiB' })
  expect(report.counts).toMatchObject({ rowsIn: 4, rowsOut: 3, rejected: 1 })
  expect(report.rejects).toEqual([expect.objectContaining({ code: 'MAESTRO_WORKER_CRASHED', rowId: 'in.jsonl:3' })])
}, 60_000)

test('a stop ends the run and its processes at once, although a step never ends', async () => {
  const stop = new AbortController()
  const project = new FileProject({
    'in.jsonl': lines(2),
    'pipelines/steps.mjs': moduleOf(`.map((row) => { if (isHere) return row; tell(); for (;;); })`),
  })
  const processes = () =>
    readdirSync(join(project.path, 'pipelines')).flatMap((name) =>
      name.startsWith('pid-') ? Number(name.slice(4)) : [],
    )
  const timer = setInterval(() => void (processes().length > 0 && stop.abort()), 20)
  const { error } = await project.run('steps', one, {}, { signal: stop.signal })
  clearInterval(timer)
  expect(error?.code).toBe('MAESTRO_RUN_ABORTED')
  const [pid = 0] = processes()
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
}, 60_000)

test('a run that a crash has ended in threads goes on in processes, which name the row at fault', async () => {
  const project = new TemporaryProject({
    'package.json': { type: 'module' },
    'in.jsonl': lines(6),
    'pipelines/steps.mjs': moduleOf(
      `.map((row) => { if (row.n === 2) process.kill(process.pid, 'SIGSEGV'); return row }, { id: 'crash' })`,
    ),
  })
  onTestFinished(() => project.remove())
  const configure = (executor: object) =>
    project.write('maestro.config.json', {
      plugins: ['@maestro-dataflow/plugin-fs'],
      pipelines: 'pipelines/*',
      executor,
    })
  configure({ use: 'threads', threads: 1 })
  const crashed = await project.maestro('run', 'steps')
  expect(crashed).toMatchObject({ code: 1, stderr: expect.stringContaining("executor: 'processes'") })
  configure(one)
  const { code, stdout, stderr } = await project.maestro('resume', '--json')
  expect(code, stderr).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    counts: { rowsIn: 6, rowsOut: 5 },
    rejects: [{ step: 'crash', code: 'MAESTRO_WORKER_CRASHED', rowId: 'in.jsonl:3' }],
  })
  expect(project.rows('out.jsonl').map(({ n }) => n)).toEqual([0, 1, 3, 4, 5])
}, 60_000)
