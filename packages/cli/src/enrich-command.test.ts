import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { replies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { TemporaryProject } from './__fixtures__/temporary-project.js'

/** The embedded model may have to be downloaded, and it shares the machine. */
const withModel = { timeout: 300_000 }
const reviews = 'id,review\n001,"I love it, great!"\n002,"很好 🎉"\n003,Terrible\n'
const schema = {
  type: 'object',
  properties: { tone: { enum: ['good', 'bad'] }, sure: { type: 'boolean' } },
  required: ['tone', 'sure'],
  additionalProperties: false,
}
const ask = ['Is this good or bad? {{review}}', '--output', 'tone'] as const

let project: TemporaryProject
beforeEach(() => {
  project = new TemporaryProject({ 'reviews.csv': reviews })
})
afterEach(() => project.remove())

describe('without any config, on the embedded model', () => {
  test('answers become a column of a file beside the first', withModel, async () => {
    const { code, stdout } = await project.maestro('enrich', 'reviews.csv', ...ask, '--limit', '1')
    expect(code).toBe(0)
    const [header, first] = project.read('reviews.enriched.limit-1.csv').trim().split('\n')
    expect(header).toBe('id,review,tone')
    expect(first).toMatch(/^001,"I love it, great!",.*\w/)
    expect(stdout).toContain('wrote 1 row to reviews.enriched.limit-1.csv')
    // The output shows a few questions with their answers.
    expect(stdout).toMatch(/"I love it, great!" -> tone: ".*\w/)
    expect(project.read('reviews.csv')).toBe(reviews)
  })

  test('--schema: the answers fit, and its properties become columns', withModel, async () => {
    project.write('answer.schema.json', schema)
    const { code } = await project.maestro(
      ...[
        'enrich',
        'reviews.csv',
        'Is this good or bad? {{review}}',
        '--schema',
        'answer.schema.json',
        '--to',
        'out.jsonl',
      ],
    )
    expect(code).toBe(0)
    const tone = expect.stringMatching(/^(good|bad)$/)
    expect(project.rows('out.jsonl')).toEqual([
      { id: '001', review: 'I love it, great!', tone, sure: expect.any(Boolean) },
      { id: '002', review: '很好 🎉', tone, sure: expect.any(Boolean) },
      { id: '003', review: 'Terrible', tone, sure: expect.any(Boolean) },
    ])
  })

  test('any format in and out, --limit, --system, --json', withModel, async () => {
    const rows = ['one', 'two', 'three'].map((word) => JSON.stringify({ word, n: 1 })).join('\n')
    writeFileSync(join(project.folder, 'in.jsonl.gz'), gzipSync(rows))
    const { code, stdout } = await project.maestro(
      ...['enrich', 'in.jsonl.gz', 'Translate {{word}} into French.', '--system', 'Answer in one word.'],
      ...['--output', 'french', '--limit', '2', '--json'],
    )
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ status: 'done', counts: { rowsIn: 2, rowsOut: 2 } })
    const written = gunzipSync(readFileSync(join(project.folder, 'in.enriched.limit-2.jsonl.gz'))).toString()
    const answered = written
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(answered).toEqual([
      { word: 'one', n: 1, french: expect.stringMatching(/\w/) },
      { word: 'two', n: 1, french: expect.stringMatching(/\w/) },
    ])
  })
})

describe('mistakes are reported before the model is asked', () => {
  const refused = async (...parameters: readonly string[]) => {
    const { code, stdout, stderr } = await project.maestro('enrich', ...parameters)
    expect(stdout).toBe('')
    expect(readdirSync(project.folder).filter((name) => name.includes('enriched'))).toEqual([])
    return { code, stderr }
  }

  test('the error for a variable that is not a column suggests a similar column', async () => {
    const { code, stderr } = await refused('reviews.csv', 'Good? {{reviw}}', '--output', 'tone')
    expect(code).toBe(1)
    expect(stderr).toContain('the prompt needs "reviw", but there is no such column here. Did you mean "review"?')
    expect(stderr).toContain('id, review')
  })

  test('a prompt without a column', async () => {
    const { code, stderr } = await refused('reviews.csv', 'Good? {review}', '--output', 'tone')
    expect(code).toBe(2)
    expect(stderr).toContain('Write a column as {{name}}. Columns: id, review.')
  })

  test('no name for the answers', async () => {
    const { code, stderr } = await refused('reviews.csv', 'Good? {{review}}')
    expect(code).toBe(2)
    expect(stderr).toContain('--output')
  })

  test('the prompt before the file', async () => {
    const { code, stderr } = await refused('Good? {{review}}', 'reviews.csv', '--output', 'good')
    expect(code).toBe(2)
    expect(stderr).toContain('The file comes first')
  })

  test('a file that is not there', async () => {
    const { code, stderr } = await refused('review.csv', ...ask)
    expect(code).toBe(1)
    expect(stderr).toMatch(/review\.csv does not exist/)
  })

  test('a serving that is not configured', async () => {
    const { code, stderr } = await refused('reviews.csv', ...ask, '--serving', 'big')
    expect(code).toBe(1)
    expect(stderr).toContain('no serving "big" is configured')
  })

  test('a model that is not known', async () => {
    const { code, stderr } = await refused('reviews.csv', ...ask, '--model', 'gpt-17')
    expect(code).toBe(1)
    expect(stderr).toContain('gpt-17')
  })

  test.each([
    ['{"type":', 'JSON'],
    ['none.json', 'no such file'],
    ['{}x', 'JSON'],
  ])('the schema %s', async (schema, reason) => {
    const { code, stderr } = await refused('reviews.csv', 'Good? {{review}}', '--schema', schema)
    expect(code).toBe(2)
    expect(stderr).toContain('MAESTRO_CLI_SCHEMA')
    expect(stderr).toContain(reason)
  })
})

describe('the output', () => {
  test('is not overwritten without a word', async () => {
    project.write('mine.csv', 'precious\n')
    const { code, stderr } = await project.maestro('enrich', 'reviews.csv', ...ask, '--to', 'mine.csv')
    expect(code).toBe(1)
    expect(stderr).toContain('mine.csv exists already')
    expect(project.read('mine.csv')).toBe('precious\n')
  })

  test('may be anywhere, and is replaced with --overwrite', withModel, async () => {
    const other = new TemporaryProject({ 'mine.jsonl': 'precious\n' })
    try {
      const to = join(other.folder, 'mine.jsonl')
      const { code } = await project.maestro(
        ...['enrich', 'reviews.csv', 'Good? {{review}}', '--schema', JSON.stringify(schema), '--output', 'tone'],
        ...['--limit', '1', '--to', to, '--overwrite'],
      )
      expect(code).toBe(0)
      expect(other.rows('mine.jsonl')).toMatchObject([{ id: '001', tone: { sure: expect.any(Boolean) } }])
    } finally {
      other.remove()
    }
  })
})

describe('in a project', () => {
  test('its plugins and servings are used', withModel, async () => {
    project.write(
      'shout.mjs',
      `
      import { definePlugin, defineServing } from '@maestro-dataflow/core'
      const usage = { inputTokens: 1, outputTokens: 1 }
      const shout = defineServing({
        name: 'shout.chat', kind: 'llm', options: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
        capabilities: () => ({ jsonSchema: true, images: false, audio: false }),
        create: ({ model }) => ({
          kind: 'llm', name: 'shout', capabilities: { jsonSchema: true, images: false, audio: false },
          async generate({ messages }) {
            return { text: model + ': ' + messages.map(({ content }) => content).join('|').toUpperCase(), finishReason: 'stop', usage, model }
          },
        }),
      })
      export default definePlugin({
        name: 'shout',
        manifest: { apiVersion: 1, contributes: { servings: { 'shout.chat': 'Shouts' } } },
        servings: [shout],
      })`,
    )
    project.write('maestro.config.json', {
      plugins: ['./shout.mjs', '@maestro-dataflow/plugin-fs'],
      servings: { loud: { use: 'shout.chat', model: 'v1' } },
    })
    const run = (...more: readonly string[]) =>
      project.maestro(
        'enrich',
        'reviews.csv',
        '{{review}}',
        '--output',
        'tone',
        '--serving',
        'loud',
        '--overwrite',
        ...more,
      )
    expect((await run()).code).toBe(0)
    expect(project.read('reviews.enriched.csv')).toContain(
      '003,Terrible,v1: ANSWER IN AS FEW WORDS AS POSSIBLE.|TERRIBLE',
    )
    expect((await run('--model', 'v2', '--system', '')).code).toBe(0)
    expect(project.read('reviews.enriched.csv')).toContain('003,Terrible,v2: TERRIBLE')
  })

  test('a config that is broken is not passed over', async () => {
    project.write('maestro.config.json', { plugin: [] })
    const { code, stderr } = await project.maestro('enrich', 'reviews.csv', ...ask)
    expect(code).toBe(1)
    expect(stderr).toContain('MAESTRO_CONFIG_INVALID')
    expect(existsSync(join(project.folder, 'reviews.enriched.csv'))).toBe(false)
  })
})

test('an interrupted question is continued, from another folder too, and nothing is asked twice', async () => {
  const server = await startMisbehavingServer()
  onTestFinished(() => server.close())
  const asked: string[] = []
  let isClosed = true
  server.always((request) => {
    const text = request.json<{ messages: readonly { content: string }[] }>().messages.at(-1)?.content ?? ''
    if (isClosed && text.includes('Terrible')) return { status: 401, body: '{"error":{"message":"No such key."}}' }
    asked.push(text)
    return replies.json({ choices: [{ message: { content: `about ${text}` }, finish_reason: 'stop' }] })
  })
  project.write('maestro.config.json', {
    plugins: ['@maestro-dataflow/plugin-openai'],
    servings: {
      default: {
        use: 'openai.chat',
        model: 'played',
        baseUrl: `${server.url}/v1`,
        apiKey: 'played',
        limits: { concurrency: 1 },
      },
    },
    cache: false,
  })
  project.write('more/reviews.csv', `id;review\n001;fine\n002;好\n003;Terrible\n004;more\n`)
  const refused = await project.maestro(
    'enrich',
    'more/reviews.csv',
    '{{review}}',
    '--output',
    'tone',
    '--delimiter',
    ';',
    '--limit',
    '3',
  )
  expect(refused.code).not.toBe(0)
  expect(refused.stderr).toContain('maestro resume')
  isClosed = false
  const { code, stderr } = await project.start(['resume'], { cwd: 'more' }).finished
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('Resuming') })
  expect(project.read('more/reviews.enriched.limit-3.csv')).toBe(
    'id;review;tone\n001;fine;about fine\n002;好;about 好\n003;Terrible;about Terrible\n',
  )
  expect(asked.toSorted()).toEqual(['Terrible', 'fine', '好'])
  const found = await project.maestro('why', '--where', 'review=Terrible', '--json')
  expect(JSON.parse(found.stdout)).toMatchObject([
    { row: expect.stringContaining('reviews.csv:4'), verdicts: ['written'] },
  ])
})

describe('columns and files as people have them', () => {
  /** A serving that repeats the question. */
  beforeEach(() => {
    project.write(
      'echo.mjs',
      `import { definePlugin, defineServing } from '@maestro-dataflow/core'
       const capabilities = { jsonSchema: true, images: false, audio: false }
       export default definePlugin({
         name: 'echo',
         servings: [defineServing({
           name: 'echo.chat', kind: 'llm', options: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
           capabilities: () => capabilities,
           create: () => ({ kind: 'llm', name: 'echo', capabilities, async generate({ messages }) {
             return { text: 'about ' + messages.at(-1).content, finishReason: 'stop', usage: { inputTokens: 1, outputTokens: 1 }, model: 'echo' }
           } }),
         })],
       })`,
    )
    project.write('maestro.config.json', {
      plugins: ['./echo.mjs'],
      servings: { default: { use: 'echo.chat' } },
      cache: false,
    })
  })
  const lines = (path: string) => project.read(path).trim().split('\n')

  test('a column is not replaced unless that is asked for', async () => {
    const refused = await project.maestro('enrich', 'reviews.csv', '{{review}}', '--output', 'id')
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain('reviews.csv already has the column id')
    const properties = { type: 'object', properties: { review: { type: 'string' } }, required: ['review'] }
    const parts = await project.maestro('enrich', 'reviews.csv', '{{id}}', '--schema', JSON.stringify(properties))
    expect(parts.stderr).toContain('MAESTRO_CLI_COLUMN_TAKEN')
    expect(existsSync(join(project.folder, 'reviews.enriched.csv'))).toBe(false)
    const { code, stdout } = await project.maestro(
      'enrich',
      'reviews.csv',
      '{{review}}',
      '--output',
      'id',
      '--replace-column',
    )
    expect(code).toBe(0)
    expect(stdout).toContain('-> id: "about ')
    expect(lines('reviews.enriched.csv')[3]).toBe('about Terrible,Terrible')
  })

  test('--delimiter and --encoding', async () => {
    writeFileSync(join(project.folder, 'latin.csv'), Buffer.from('id;stadt\n1;K\u00f6ln\n', 'latin1'))
    const { code, stdout } = await project.maestro(
      ...['enrich', 'latin.csv', '{{stadt}}', '--output', 'answer', '--delimiter', ';', '--encoding', 'windows-1252'],
    )
    expect(code).toBe(0)
    expect(lines('latin.enriched.csv')).toEqual(['id;stadt;answer', '1;Köln;about Köln'])
    expect(stdout).toContain('"Köln" -> answer: "about Köln"')
    expect(
      (
        await project.maestro(
          ...[
            'enrich',
            'latin.csv',
            '{{stadt}}',
            '--output',
            'answer',
            '--delimiter',
            ';',
            '--encoding',
            'windows-1252',
            '--to',
            'out.jsonl',
          ],
        )
      ).code,
    ).toBe(0)
    expect(project.rows('out.jsonl')).toEqual([{ id: '1', stadt: 'Köln', answer: 'about Köln' }])
  })

  test('a header with blanks at its ends is named without them, and stays as it is', async () => {
    project.write('blanks.csv', 'id, review \n1,good\n')
    expect((await project.maestro('enrich', 'blanks.csv', '{{review}}!', '--output', 'answer')).code).toBe(0)
    expect(lines('blanks.enriched.csv')).toEqual(['id, review ,answer', '1,good,about good!'])
    project.write('both.csv', 'review, review\nexact,blank\n')
    expect((await project.maestro('enrich', 'both.csv', '{{review}}', '--output', 'answer')).code).toBe(0)
    expect(lines('both.enriched.csv')[1]).toBe('exact,blank,about exact')
  })

  test('an empty cell is not asked about; of several columns, one is enough', async () => {
    project.write('gaps.csv', 'id,title,text\n1,a,b\n2,,\n3,,c\n4," "," "\n5,d,\n')
    const { code, stdout } = await project.maestro('enrich', 'gaps.csv', '{{title}}/{{text}}', '--output', 'answer')
    expect(code).toBe(0)
    expect(lines('gaps.enriched.csv').slice(1)).toEqual(['1,a,b,about a/b', '3,,c,about /c', '5,d,,about d/'])
    expect(stdout).toContain('2 rows rejected in answers')
    expect(stdout).toContain('title, text: the cell is empty in this row')
  })
})

describe('a provider and its model as the serving', () => {
  const anthropic = {
    id: 'message-1',
    type: 'message',
    role: 'assistant',
    model: 'claude-haiku-4-5',
    content: [{ type: 'text', text: 'good' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 100, output_tokens: 1 },
  }

  test('the package of the provider is asked with its own environment variables', async () => {
    const server = await startMisbehavingServer()
    server.always(replies.json(anthropic))
    try {
      const env = { ANTHROPIC_BASE_URL: `${server.url}/v1`, ANTHROPIC_API_KEY: 'played' }
      const parameters = ['enrich', 'reviews.csv', ...ask, '--serving', 'anthropic:claude-haiku-4-5']
      const { code, stderr } = await project.start(parameters, { env }).finished
      expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
      expect(project.read('reviews.enriched.csv')).toContain('003,Terrible,good')
      expect(server.requests[0]?.headers).toMatchObject({ 'x-api-key': 'played' })
    } finally {
      await server.close()
    }
  })

  test('a provider that is not known is answered by the near one', async () => {
    const { code, stderr } = await project.maestro('enrich', 'reviews.csv', ...ask, '--serving', 'antropic:claude')
    expect(code).toBe(1)
    expect(stderr).toContain('Did you mean "anthropic"?')
  })
})
