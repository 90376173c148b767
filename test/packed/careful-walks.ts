import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { FirstUser } from './first-user.js'
import { type SmallProvider, startSmallProvider } from './small-provider.js'

const rows = (count: number) => Array.from({ length: count }, (_, n) => `{"id":"${n}","t":"text ${n}"}\n`).join('')
const generate = { use: 'ai.generate', prompt: 'Say: {{t}}', output: 'said' }

/** Walks in which a mistake or an outage must not destroy output or cost money. */
export function carefulWalks(installed: () => string): void {
  let user: FirstUser
  let provider: SmallProvider
  beforeAll(async () => {
    provider = await startSmallProvider()
    user = new FirstUser(installed(), 'a careful project')
    const server = { baseUrl: provider.url, apiKey: 'none', model: 'small' }
    user.put('maestro.config.json', {
      plugins: ['fs', 'table', 'ai', 'openai', 'lance'].map((name) => `@maestro-dataflow/plugin-${name}`),
      servings: {
        default: {
          use: 'openai.chat',
          ...server,
          price: { input: 1, output: 1 },
          limits: { concurrency: 4 },
          timeout: '30s',
          retries: 1,
          repairs: 1,
          cache: false,
        },
        embedder: { use: 'openai.embeddings', ...server, price: { input: 0 } },
      },
      vectorStores: { kb: { use: 'lance.vectors', path: 'kb' } },
      budgets: { run: { usd: 0.05 } },
      pipelines: 'pipelines/*',
    })
  })
  afterAll(() => provider.close())
  beforeEach(() => {
    provider.asked.length = 0
    provider.reply = () => 'yes'
  })

  const pipeline = (name: string, steps: readonly object[], more: object = {}) =>
    user.put(`pipelines/${name}.json`, {
      name,
      read: { use: 'fs.file', path: `data/${name}.jsonl`, columns: ['id', 't'] },
      steps,
      write: { use: 'fs.file', path: `out/${name}.jsonl`, mode: 'overwrite' },
      ...more,
    })

  test('an outage of the account ends the run, and the old output stays', async () => {
    user.put('data/outage.jsonl', rows(20))
    pipeline('outage', [generate])
    user.put('out/outage.jsonl', 'precious')
    provider.reply = () => (provider.asked.length > 8 ? { status: 429, code: 'insufficient_quota' } : 'yes')
    const { code, stderr } = await user.types('maestro run outage')
    expect(code).not.toBe(0)
    expect(stderr).toContain('MAESTRO_SERVING_QUOTA')
    expect(provider.asked.length).toBeLessThan(16)
    expect(user.shown('out/outage.jsonl')).toBe('precious')
  })

  test('a run whose rows are all dropped keeps the old output and says so', async () => {
    user.put('data/empty.jsonl', rows(5))
    pipeline('empty', [{ use: 'table.filter', where: "t = 'nothing'" }])
    user.put('out/empty.jsonl', 'precious')
    const { code, stderr } = await user.types('maestro run empty')
    expect(code).not.toBe(0)
    expect(stderr).toContain('--allow-empty')
    expect(user.shown('out/empty.jsonl')).toBe('precious')
  })

  test('a run that rejects rows does not replace the file that it reads', async () => {
    user.put('data/own.jsonl', `${rows(3)}no json\n`)
    pipeline('own', [], { write: { use: 'fs.file', path: 'data/own.jsonl', mode: 'overwrite' } })
    const { code, stderr } = await user.types('maestro run own')
    expect(code).toBe(1)
    expect(stderr).toContain('The run would replace its own input, data/own.jsonl')
    expect(user.shown('data/own.jsonl')).toContain('no json')
  })

  test('optional keys that come late are columns of a CSV file', async () => {
    user.put('data/late.jsonl', `${rows(1200)}{"id":"late","t":"x","note":"y"}\n`)
    pipeline('late', [], {
      read: { use: 'fs.file', path: 'data/late.jsonl' },
      write: { use: 'fs.file', path: 'out/late.csv' },
    })
    expect((await user.types('maestro run late')).stdout).toContain('1201 out')
    expect(user.shown('out/late.csv')).toMatch(/^id,t,note\n0,text 0,\n[\s\S]*\nlate,x,y\n$/)
  })

  test('two folders share a store; an unreadable document is named, and one that is gone is deleted', async () => {
    const index = (name: string) => ({
      read: { use: 'ai.load-documents', path: name },
      steps: [{ use: 'ai.index', store: 'kb' }],
      write: undefined,
    })
    for (const name of ['docs', 'docs2']) pipeline(name, [], index(name))
    for (const name of ['docs/a.md', 'docs/b.md', 'docs/c.md', 'docs2/d.md']) user.put(name, `The text of ${name}.`)
    const first = await user.types('maestro run docs docs2')
    expect(first, first.stderr).toMatchObject({ code: 0 })
    const again = await user.types('maestro run docs --json')
    expect(JSON.parse(again.stdout).usage).toMatchObject({ requests: 0 })
    rmSync(join(user.home, 'docs/a.md'))
    user.put('docs/b.md', 'PK\u0003\u0004\u0000\u0000')
    const { code, stdout } = await user.types('maestro run docs')
    expect(code).toBe(0)
    expect(stdout).toMatch(/docs\/b\.md.*stay in the index|stay in the index \(docs\/b\.md\)/)
    expect((await user.types('maestro plan docs')).stdout).toContain('docs/b.md')
  })

  test('doctor accepts every documented setting of a serving', async () => {
    const { stdout } = await user.types('maestro doctor')
    expect(stdout).not.toMatch(/Unrecognized|unknown setting/i)
    expect(stdout).toMatch(/ok +serving default/)
  })

  test('an estimate that the budget does not cover says so before any run', async () => {
    user.put('data/dear.jsonl', rows(400))
    pipeline('dear', [generate])
    const { stdout } = await user.types('maestro plan dear --estimate 5')
    expect(stdout).toContain('budget of the run: $0.0500 is not enough')
    expect(provider.asked).toHaveLength(5)
  })

  test('a prompt with single braces is warned about before the run', async () => {
    user.put('data/braces.jsonl', rows(2))
    pipeline('braces', [{ ...generate, prompt: 'Say: {t}' }])
    const { stderr, stdout } = await user.types('maestro plan braces')
    expect(stderr + stdout).toContain('{{t}}')
  })

  test('the runs, and the reasons of rejected rows with what to do', async () => {
    user.put('data/rejects.jsonl', `${rows(4)}no json\n`)
    pipeline('rejects', [])
    expect(await user.types('maestro run rejects')).toMatchObject({ code: 0 })
    expect((await user.types('maestro runs')).stdout).toMatch(/rejects\S* +done/)
    const { stdout } = await user.types('maestro rejects rejects')
    expect(stdout).toContain('data/rejects.jsonl:5')
  })

  test('a limited run with a key does not count what lies beyond the limit', async () => {
    user.put('data/keyed.jsonl', '{"id":"1","t":"a"}\n{"id":"1","t":"b"}\n')
    pipeline('keyed', [], {
      read: { use: 'fs.file', path: 'data/keyed.jsonl', columns: ['id', 't'], key: 'id' },
    })
    expect((await user.types('maestro run keyed --limit 1')).stdout).toContain('1 in + 0 created = 1 out')
  })

  test('enrich: another delimiter, a taken name, and an empty cell that is not asked about', async () => {
    user.put('semi.csv', 'id; name ;tone\n1;Anna;x\n2;;y\n')
    const ask = (options: string) =>
      user.types(`maestro enrich semi.csv "Greet {{name}}" --serving default --delimiter ";" ${options}`)
    expect((await ask('--output tone')).code).not.toBe(0)
    expect(user.shown('semi.csv')).toContain('2;;y')
    const { code, stderr } = await ask('--output hello')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(provider.asked).toEqual(['Greet Anna'])
  })

  test('a row that one step rejects without a question is not paid for in the step beside it', async () => {
    user.put('data/beside.jsonl', '{"id":"1","t":"a","u":"x"}\n{"id":"2","t":"","u":"y"}\n{"id":"3","t":"b","u":"z"}\n')
    const steps = [
      { use: 'ai.summarize', input: 't', output: 'short' },
      { use: 'ai.generate', prompt: 'Greet {{u}}', output: 'greeting' },
    ]
    pipeline('beside', steps, { read: { use: 'fs.file', path: 'data/beside.jsonl', columns: ['id', 't', 'u'] } })
    const { code, stdout } = await user.types('maestro run beside')
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('1 rejected') })
    expect(provider.asked.filter((question) => question.startsWith('Greet')).toSorted()).toEqual(['Greet x', 'Greet z'])
  })

  test('prices with a currency become numbers', async () => {
    user.put('data/prices.jsonl', '{"id":"1","t":"$1,049.00"}\n{"id":"2","t":"$7.50"}\n')
    pipeline('prices', [{ use: 'ai.clean', columns: ['t'], apply: true }])
    const operation = { operation: 'number', decimal: '.', thousands: ',' }
    provider.reply = () => JSON.stringify({ proposals: [{ operation, confidence: 1 }] })
    expect(await user.types('maestro run prices')).toMatchObject({ code: 0 })
    expect(user.shown('out/prices.jsonl')).toContain('"t":1049,')
  })

  test('the report is one file that needs no network', async () => {
    user.put('data/report.jsonl', rows(3))
    pipeline('report', [])
    await user.types('maestro run report')
    const { code, stderr } = await user.types('maestro report report --to report.html')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    const page = user.shown('report.html')
    expect(page).toContain('<!doctype html>')
    expect(page).not.toMatch(/<(script|link|img)[^>]*(src|href)=["']?https?:/i)
  })

  test('a table for Excel has a byte order mark, and computes no text where that is asked for', async () => {
    user.put('data/excel.jsonl', '{"id":"1","t":"=1+1"}\n{"id":"2","t":"价格"}\n')
    pipeline('excel', [], { write: { use: 'fs.file', path: 'out/excel.csv', excel: true, formulas: 'escape' } })
    expect(await user.types('maestro run excel')).toMatchObject({ code: 0 })
    expect(user.shown('out/excel.csv')).toBe("\uFEFFid,t\r\n1,'=1+1\r\n2,价格\r\n")
  })

  test('a script asks one question, for a text and for a value', async () => {
    user.put(
      'ask.mjs',
      `import { openProject } from '@maestro-dataflow/core/runtime'
import { z } from 'zod'
const project = openProject()
const tone = await project.ask('Is it good?', { schema: z.object({ tone: z.enum(['good', 'bad']) }) })
console.log(await project.ask('Say yes'), tone.tone)
for await (const piece of project.stream('Again')) console.log(piece)
await project.dispose()
`,
    )
    provider.reply = (question) => (question.includes('good') ? '{"tone":"good"}' : 'yes')
    const { stdout, stderr } = await user.types('"$NODE" ask.mjs')
    expect(stdout, stderr).toBe('yes good\nyes\n')
  })

  test('the shell completes the names of pipelines', async () => {
    expect((await user.types('maestro completion bash')).stdout).toContain('complete')
    expect((await user.types("maestro complete -- run 'out'")).stdout).toContain('outage')
  })
}
