// `executor: 'threads'`: the same run in one thread and in several leaves the same bytes.
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pipeline } from '@maestro-dataflow/core'
import { createThreadsExecutor, openProject } from '@maestro-dataflow/core/runtime'
import { describeExecutor } from '@maestro-dataflow/testkit/vitest'
import { expect, onTestFinished, test } from 'vitest'
import { readLines, start } from './durability/process.js'
import { FileProject, type Outcome } from './workers/project.js'

const threads = { use: 'threads', threads: 2 }

describeExecutor(() => createThreadsExecutor({ width: 2 }))

/** Some rows have columns called like numbers, which go another way between threads. */
const lines = (count: number) =>
  Array.from({ length: count }, (_, n) => {
    const more = n % 5 === 0 ? `,"10":${n % 3},"2":null` : ''
    return `{"n":${n},"text":"text ${n}"${more}}\n`
  }).join('')

/** A pipeline module, of which only the steps are given. */
const moduleOf = (steps: string, before = '') => `
import { pipeline, prompt, MapOperator, FilterOperator } from '@maestro-dataflow/core'
// The text of a function must not depend on how its module is loaded.
globalThis.isHere ??= process.getBuiltinModule('node:worker_threads').isMainThread
${before}
export default pipeline('steps').read('fs.file', { path: 'in.jsonl' })${steps}.write('fs.file', { path: 'out.jsonl' })
`

/** Runs some steps locally and in threads. */
async function both(steps: string, { rows = 300, config = {}, settings = {}, before = '', files = {} } = {}) {
  const project = new FileProject({ 'in.jsonl': lines(rows), 'pipelines/steps.mjs': moduleOf(steps, before), ...files })
  const local = await project.run('steps', 'local', config, settings)
  const threaded = await project.run('steps', threads, config, settings)
  return { project, local, threaded }
}

/** @param ids The steps that ran in threads. */
function expectEqual({ local, threaded, project }: Awaited<ReturnType<typeof both>>, ids: readonly string[]): void {
  expect(threaded).toEqual(local)
  expect(project.plan().stages.flatMap(({ workers = [] }) => workers)).toEqual(ids)
}

const losing = `
  .map((row) => ({ ...row, half: row.n / 2 }), { id: 'half' })
  .filter((row, { drop }) => row.n % 7 !== 3 || drop(row.n % 2 ? 'odd' : 'even'), { id: 'choose' })
  .flatMap((row, { drop }) => row.n % 5 === 0 ? drop('none') : row.n % 3 === 0 ? [row, { ...row, n: -row.n }] : [row], { id: 'split' })
  .flatMap(async function* (row) { if (row.n % 13 === 0) throw new Error('thirteen'); yield row; if (row.n % 4 === 0) yield row }, { id: 'again' })
  .map((row) => { if (row.n % 11 === 0) throw new Error('eleven ' + row.n); return row }, { id: 'refuse' })
  .mapBatches((rows) => rows.map((row) => ({ ...row, long: row.text.length })), { id: 'batches', size: 16 })
`

test('maps, filters, flatMaps, batches, drops, and rejected rows leave the same bytes', async () => {
  const ran = await both(losing, { rows: 2000 })
  expect(ran.local.report.counts).toMatchObject({ rowsIn: 2000, rejected: expect.any(Number) })
  expect(ran.local.rejects?.split('\n').length).toBeGreaterThan(100)
  expectEqual(ran, ['half', 'choose', 'split', 'again', 'refuse', 'batches'])
})

test('the steps run in threads, and their operators are made there', async () => {
  const { threaded } = await both(
    `.map((row) => { if (isHere) throw new Error('here'); return row })
     .step(new Doubled())
     .step(new Even())
     .step('text.normalize', { input: 'text', do: ['unicode'] })`,
    {
      before: `
        class Doubled extends MapOperator { map(row) { if (isHere) throw new Error('here'); return { ...row, n: row.n * 2 } } }
        class Even extends FilterOperator { keep(row) { if (isHere) throw new Error('here'); return row.n % 4 === 0 } }
      `,
    },
  )
  expect(threaded.report.counts).toMatchObject({ rowsIn: 300, rowsOut: 150, rejected: 0 })
})

test('every value of a row comes back as it was', async () => {
  const ran = await both(`
    .map((row) => ({ ...row, values: [1n, new Date(row.n * 1e9), new Uint8Array([row.n % 256]), new Float32Array([row.n]), NaN, -0, Infinity,
      2 ** 60, 'half \\ud800', { $date: 'no tag' }, undefined, null, new Date(NaN)] }), { id: 'make' })
    .map(({ values: [big, date, bytes, vector, nan, zero, inf, wide, half, tag, undef, nul, never], ...row }) => ({ ...row,
      all: [String(big), date.toISOString(), [...bytes], [...vector], String(nan), Object.is(zero, -0), String(inf), wide, half.length,
        Object.keys(tag), undef === undefined, nul, String(never.getTime())] }), { id: 'read', concurrency: 2 })
  `)
  expect(ran.local.output).toContain('"1970-01-12T13:46:40.000Z"')
  // The second step keeps its bound, so it stays in the process of the run, and the values pass between the threads.
  expectEqual(ran, ['make'])
})

test('a row that cannot be sent runs in the process of the run', async () => {
  const ran = await both(`
    .map((row) => row.n === 5 ? { ...row, odd: new Map([[1, row.n]]) } : row, { id: 'odd' })
    .map(({ odd, ...row }) => ({ ...row, found: odd?.get(1) ?? 0 }), { id: 'found', concurrency: 1 })
    .map((row) => ({ ...row, set: new Set([row.n]) }), { id: 'set' })
    .map(({ set, ...row }) => ({ ...row, first: [...set][0] }), { id: 'first', concurrency: 1 })
  `)
  expect(ran.local.output).toContain('"n":5,"text":"text 5","10":2,"2":null,"found":5')
  expectEqual(ran, ['odd', 'set'])
})

test('with `limit`, the same first rows come out', async () => {
  const ran = await both(losing, { rows: 500, settings: { limit: 130 } })
  expect(ran.local.report.counts.rowsIn).toBe(130)
  expectEqual(ran, ['half', 'choose', 'split', 'again', 'refuse', 'batches'])
})

test('a model is asked in the process of the run: usage, costs, and the ledger are the same', async () => {
  const asked: string[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    const question = String(JSON.parse(body).messages.at(-1).content)
    asked.push(question)
    response.setHeader('content-type', 'application/json')
    const message = { role: 'assistant', content: `answer to ${question}` }
    const usage = { prompt_tokens: 10 + question.length, completion_tokens: 5, total_tokens: 15 + question.length }
    response.end(JSON.stringify({ model: 'm', choices: [{ index: 0, message, finish_reason: 'stop' }], usage }))
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  const price = { input: 1, output: 2 }
  const config = { servings: { default: { use: 'openai.chat', baseUrl: url, model: 'm', apiKey: 'none', price } } }
  const ran = await both(
    `.map((row) => ({ ...row, question: 'What is ' + row.text }), { id: 'before' })
     .step('ai.generate', { prompt: prompt('{{question}}'), output: 'answer' }, { id: 'ask' })
     .map((row) => { if (row.n % 9 === 0) throw new Error('nine'); return { ...row, long: row.answer.length } }, { id: 'after' })`,
    { rows: 60, config },
  )
  expect(asked.length).toBe(120)
  expect(ran.local.report.usage).toMatchObject({ requests: 60 })
  const byRow = (outcome: Outcome) => ({
    ...outcome,
    facts: [...outcome.facts].sort((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other))),
  })
  expectEqual({ ...ran, local: byRow(ran.local), threaded: byRow(ran.threaded) }, ['before', 'after'])
})

test("onError 'fail' stops the run with the error of the row, its step, and its hint", async () => {
  const { local, threaded } = await both(
    `.map((row) => row).map((row) => { if (row.n === 77) throw new TypeError('no'); return row }, { id: 'refuse', onError: 'fail' })`,
  )
  expect(local.error).toMatchObject({ code: 'MAESTRO_STEP_FAILED', step: 'refuse', rowId: 'in.jsonl:78' })
  expect(JSON.stringify(threaded.error)).toBe(JSON.stringify(local.error))
  expect(threaded.output).toBeUndefined()
})

test('a step that fails for all of the first rows, or for too many, ends the run in the same way', async () => {
  const all = await both(`.map((row) => { if (row.n < 20) throw new Error('early'); return row }, { id: 'early' })`)
  expect(all.local.error?.code).toBe('MAESTRO_RUN_ALL_FAILED')
  expect(all.threaded.error?.message).toBe(all.local.error?.message)
  const many = await both(`.map((row) => { if (row.n % 3 > 0) throw new Error('often'); return row }, { id: 'often' })`)
  expect(many.local.error?.code).toBe('MAESTRO_RUN_TOO_MANY_REJECTS')
  expect(many.threaded.error?.message).toBe(many.local.error?.message)
})

const survivors = (output: string | undefined) => output?.split('\n').length

test('a row that ends its thread is rejected alone, and the others come out', async () => {
  const { local, threaded } = await both(
    `.map((row) => { if (!isHere && row.n === 123) process.exit(3); return row }, { id: 'leave' })`,
  )
  expect(threaded.report.rejects).toEqual([
    expect.objectContaining({ step: 'leave', code: 'MAESTRO_WORKER_CRASHED', rows: 1, rowId: 'in.jsonl:124' }),
  ])
  expect(threaded.rejects).toContain('it ended with exit code 3')
  expect(survivors(threaded.output)).toBe((survivors(local.output) ?? 0) - 1)
}, 120_000)

test('a row that takes more memory than its thread has is rejected alone', async () => {
  const project = new FileProject({
    'in.jsonl': lines(100),
    'pipelines/steps.mjs': moduleOf(
      // In small pieces: to reserve much at once beyond the limit would end the whole process.
      `.map((row) => { let held; while (row.n === 50) held = { held, text: row.n + 0.5 }; return row }, { id: 'grow' })`,
    ),
  })
  const { report, rejects } = await project.run('steps', { ...threads, memory: '64MiB' })
  expect(report.counts).toMatchObject({ rowsIn: 100, rowsOut: 99, rejected: 1 })
  expect(report.rejects).toEqual([expect.objectContaining({ code: 'MAESTRO_WORKER_CRASHED', rowId: 'in.jsonl:51' })])
  expect(rejects).toContain('memory limit')
}, 120_000)

test('a crash that does not come again costs nothing', async () => {
  const { local, threaded, project } = await both(
    `.map((row) => { if (!isHere && row.n === 99) crashOnce(); return row }, { id: 'once' })`,
    {
      before: `import { existsSync, writeFileSync } from 'node:fs'
      const flag = new URL('crashed', import.meta.url)
      const crashOnce = () => { if (existsSync(flag)) return; writeFileSync(flag, ''); process.exit(1) }`,
    },
  )
  expect(readFileSync(join(project.path, 'pipelines/crashed'), 'utf8')).toBe('')
  expect(threaded).toEqual(local)
}, 120_000)

test("with onError 'fail', a row that ends its thread stops the run", async () => {
  const { threaded } = await both(
    `.map((row) => { if (!isHere && row.n === 12) process.exit(3); return row }, { id: 'leave', onError: 'fail' })`,
  )
  expect(threaded.error).toMatchObject({ code: 'MAESTRO_WORKER_CRASHED', step: 'leave', rowId: 'in.jsonl:13' })
  expect(threaded.output).toBeUndefined()
}, 120_000)

test('a stop ends the run at once, although a step never ends', async () => {
  const stop = new AbortController()
  setTimeout(() => stop.abort(), 1500)
  const project = new FileProject({
    'in.jsonl': lines(50),
    'pipelines/steps.mjs': moduleOf(`.map((row) => { for (;;) if (isHere) return row })`),
  })
  const started = performance.now()
  const { error, report } = await project.run('steps', threads, {}, { signal: stop.signal })
  expect(error?.code).toBe('MAESTRO_RUN_ABORTED')
  expect(report.status).toBe('aborted')
  expect(performance.now() - started).toBeLessThan(15_000)
}, 60_000)

test('a pipeline in code runs in one thread, and the plan says why', async () => {
  const project = new FileProject({ 'in.jsonl': lines(5), 'pipelines/steps.mjs': moduleOf('') })
  project.configure(threads)
  const opened = openProject({ cwd: project.path })
  const inCode = pipeline('code')
    .from([{ n: 1 }])
    .map((row) => row)
    .write('fs.file', { path: 'code.jsonl' })
  const { warnings } = await opened.plan(inCode)
  expect(warnings.map(({ message }) => message)).toEqual([expect.stringContaining('the pipeline is in code')])
  expect((await opened.run(inCode)).counts.rowsOut).toBe(1)
  expect((await opened.plan('steps')).warnings).toEqual([])
  await opened.dispose()
})

test('steps that a thread finds otherwise run in the process of the run, with a warning', async () => {
  const { local, threaded } = await both(
    `.map(isHere ? (row) => ({ ...row, here: true }) : (row) => ({ ...row, here: false }), { id: 'differs' })`,
  )
  expect(threaded.output).toBe(local.output)
  expect(threaded.report.warnings).toEqual([
    expect.objectContaining({ step: 'differs', message: expect.stringContaining('the function differs') }),
  ])
})

/** A plugin with an operator, which loads where a step needs it. */
const pluginFiles = (name: string, before: string, more = '') => ({
  [`node_modules/${name}/package.json`]: JSON.stringify({
    name,
    version: '1.0.0',
    type: 'module',
    exports: './index.js',
    maestro: { apiVersion: 1, contributes: { operators: { 'quiet.pass': 'Nothing' } } },
  }),
  [`node_modules/${name}/index.js`]: `
    import { defineOperator, definePlugin } from '@maestro-dataflow/core'
    import { isMainThread } from 'node:worker_threads'
    import { z } from 'zod'
    ${before}
    const pass = defineOperator({ name: 'quiet.pass', kind: 'map', options: z.strictObject({}), create: () => (row) => row })
    export default definePlugin({ name: '${name}', operators: [pass], ${more} })
  `,
})

test('functions and operator objects of the module run in a thread that loads no plugin', async () => {
  const name = 'maestro-plugin-quiet'
  const ran = await both(
    `.map((row) => ({ ...row, half: row.n / 2 }), { id: 'half', columns: { adds: { half: 'number' } } })
     .use(new Odd(), { id: 'odd' })
     .step('quiet.pass', {}, { id: 'pass', concurrency: 1 })`,
    {
      before: 'class Odd extends FilterOperator { keep(row) { return row.n % 2 === 1 } }',
      config: { plugins: ['@maestro-dataflow/plugin-fs', name] },
      files: pluginFiles(name, "if (!isMainThread) throw new Error('loaded in a thread')"),
    },
  )
  expect(ran.local.report.counts).toMatchObject({ rowsOut: 150 })
  expectEqual(ran, ['half', 'odd'])
})

test('a plugin that observes partitions is loaded in the threads', async () => {
  const name = 'maestro-plugin-quiet'
  const before = `
    import { appendFileSync } from 'node:fs'
    const note = ({ rows }) => appendFileSync(new URL('partitions', import.meta.url), rows + ' ')
  `
  const { threaded, project } = await both(
    `.map((row) => row).step('quiet.pass', {}, { id: 'pass', concurrency: 1 })`,
    {
      config: { plugins: ['@maestro-dataflow/plugin-fs', name] },
      files: pluginFiles(name, before, 'observe: (hooks) => hooks.partitionDone(note)'),
    },
  )
  expect(threaded.report.warnings).toBeUndefined()
  const seen = readFileSync(join(project.path, `node_modules/${name}/partitions`), 'utf8')
    .trim()
    .split(' ')
  expect(seen.reduce((sum, rows) => sum + Number(rows), 0)).toBe(300)
})

test('operators with enforced permissions run in a process of their own, which each thread starts', async () => {
  const name = 'maestro-plugin-shout'
  const maestro = { apiVersion: 1, contributes: { operators: { 'shout.up': 'Upper case' } } }
  const accepted = { version: '1.0.0', permissions: {} }
  const ran = await both(`.step('shout.up', { column: 'text' }, { id: 'up' })`, {
    rows: 60,
    config: { plugins: ['@maestro-dataflow/plugin-fs', name], permissions: { [name]: 'enforce' } },
    files: {
      'maestro.lock.json': JSON.stringify({ lockVersion: 1, plugins: { [name]: accepted } }),
      [`node_modules/${name}/package.json`]: JSON.stringify({
        name,
        version: '1.0.0',
        type: 'module',
        exports: './index.js',
        maestro,
      }),
      [`node_modules/${name}/index.js`]: `
        import { existsSync } from 'node:fs'
        import { defineOperator, definePlugin } from '@maestro-dataflow/core'
        import { z } from 'zod'
        const up = defineOperator({
          name: 'shout.up',
          kind: 'map',
          options: z.strictObject({ column: z.string() }),
          create: ({ column }) => (row) => {
            if (process.permission === undefined) throw new Error('not enforced')
            if (row.n === 7) throw new Error('seven')
            return { ...row, [column]: row[column].toUpperCase() }
          },
        })
        export default definePlugin({ name: '${name}', operators: [up] })
      `,
    },
  })
  expect(ran.local.report.counts).toMatchObject({ rowsIn: 60, rowsOut: 59, rejected: 1 })
  expectEqual(ran, ['up'])
}, 60_000)

test('a run that is killed goes on, with threads before and after', async () => {
  const { project, local } = await both(losing, { rows: 3000 })
  project.configure(threads)
  const options = { folder: project.path, partitionRows: 100 }
  const killed = start(options, '../workers/run-project.js')
  await readLines(killed, (word) => {
    if (word === 'out') killed.kill('SIGKILL')
  })
  writeFileSync(join(project.path, 'out.jsonl'), '')
  const report = await readLines(start(options, '../workers/run-project.js'), () => undefined)
  if (report === undefined) throw new Error('the resumed run has no report')
  const resumed = project.outcome(report)
  expect(resumed.output).toBe(local.output)
  expect(resumed.rejects).toBe(local.rejects)
  expect(resumed.report.steps).toEqual(local.report.steps)
}, 120_000)

test('by default, steps that are stateless move to threads once they have kept the process busy, and leave the same bytes', async () => {
  const busy = 'const end = performance.now() + 3; while (performance.now() < end) {}'
  const project = new FileProject({
    'in.jsonl': lines(2500),
    'pipelines/steps.mjs': moduleOf(`
      .map((row) => ({ ...row, seen: globalThis.seen = (globalThis.seen ?? 0) + 1 }), { id: 'counting' })
      .map((row) => { ${busy} if (row.n % 17 === 0) throw new Error('seventeen'); return { ...row, here: isHere } }, { id: 'busy', stateless: true })
      .step('text.normalize', { input: 'text', do: ['unicode'] }, { id: 'light' })`),
  })
  project.configure('automatic')
  // The text of the functions would differ in the process of the tests, which changes modules as it loads them.
  const report = await readLines(start({ folder: project.path }, '../workers/run-project.js'), () => undefined)
  if (report === undefined) throw new Error('the run has no report')
  const ran = project.outcome(report)
  expect(project.plan().stages).toMatchObject([{ workers: ['busy', 'light'], startsWhenBusy: true }])
  expect(ran.report.counts).toMatchObject({ rowsIn: 2500, rejected: 148 })
  const out: { readonly n: number; readonly seen: number; readonly here: boolean }[] = String(ran.output)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const first = out.findIndex(({ here }) => !here)
  expect(first).toBeGreaterThan(100)
  expect(out.slice(first).every(({ here }) => !here)).toBe(true)
  // A function that does not say so stays in the process of the run and sees every row.
  expect(out.map(({ n, seen }) => seen - n)).toEqual(out.map(() => 1))
})
