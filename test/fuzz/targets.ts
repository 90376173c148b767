// What reads foreign data, each as a function that tries some broken inputs and returns what is wrong.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type LLMServing, MaestroError, pipeline, prompt, type Row, readMedia } from '@maestro-dataflow/core'
import { maestro, openProject } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import db from '@maestro-dataflow/plugin-db'
import fs from '@maestro-dataflow/plugin-fs'
import table from '@maestro-dataflow/plugin-table'
import { questionOf, scriptedServing } from '@maestro-dataflow/testkit'
import { z } from 'zod'
import { corpus, type Format } from './corpus.ts'

/** Tries inputs in an empty folder. @returns what is wrong, by input */
export type Target = (inputs: readonly Uint8Array[], folder: string) => Promise<readonly Problem[]>

export interface Problem {
  readonly input: number
  readonly what: string
}

const good = { id: 1, text: 'a good row' }

/** Only errors of our own are answers to bad input. Any other is a fault of the reader. */
function faultOf(error: unknown): string | undefined {
  if (!MaestroError.is(error)) return `an untyped error: ${error instanceof Error ? error.stack : String(error)}`
  if (['MAESTRO_STEP_FAILED', 'MAESTRO_UNEXPECTED'].includes(error.code)) return `${error.code}: ${error.message}`
  return undefined
}

/** Runs every input alone. */
function each(attempt: (input: Uint8Array, folder: string, index: number) => Promise<string | undefined>): Target {
  return async (inputs, folder) => {
    const problems: Problem[] = []
    for (const [index, input] of inputs.entries()) {
      const what = await attempt(input, folder, index).catch(faultOf)
      if (what !== undefined) problems.push({ input: index, what })
    }
    return problems
  }
}

/** A bad file between two good ones: the good rows arrive, or the reader says which file it could not read. */
function files(ending: string, goodFile: Uint8Array, goodRows: number, step = false): Target {
  return each(async (input, folder, index) => {
    const place = join(folder, String(index))
    mkdirSync(place)
    const names = ['a', 'm', 'z'].map((name) => `${name}.${ending}`)
    for (const [at, name] of names.entries()) writeFileSync(join(place, name), at === 1 ? input : goodFile)
    const project = maestro({ plugins: [fs, table], directory: place, logLevel: 'silent' })
    const read = pipeline('p').read('fs.file', { path: names })
    const source = step ? read.step('table.filter', { where: 'id = id' }) : read
    const rows: Row[] = []
    try {
      const { steps, rejects } = await project.preview(source, 1e6)
      rows.push(...(steps.at(-1)?.rows ?? []).map(({ row }) => row))
      for (const { error } of rejects) if (faultOf(error) !== undefined) return faultOf(error)
    } catch (error) {
      const isNamed = MaestroError.is(error) && (error.message.includes(`m.${ending}`) || error.code.includes('COLUMN'))
      return isNamed ? undefined : (faultOf(error) ?? `the error does not name the file: ${String(error)}`)
    } finally {
      await project.dispose()
    }
    return rows.length < 2 * goodRows ? `${rows.length} rows arrived, of ${2 * goodRows} good ones` : undefined
  })
}

/** Bad lines between good ones: each good line arrives. */
function linesThrough(step: boolean): Target {
  return async (inputs, folder) => {
    const bad = inputs.map((input) =>
      Buffer.from(input)
        .toString('latin1')
        .replace(/[\r\n]/g, ' '),
    )
    const content = bad.flatMap((line, index) => [JSON.stringify({ ...good, id: index }), line])
    writeFileSync(join(folder, 'in.jsonl'), Buffer.from(`${content.join('\n')}\n`, 'latin1'))
    const project = maestro({ plugins: [fs, table], directory: folder, logLevel: 'silent' })
    const read = pipeline('p').read('fs.file', { path: 'in.jsonl', columns: { id: 'integer', text: 'string' } })
    const steps = step ? read.step('table.filter', { where: "text = 'a good row'" }) : read
    const seen = new Set<unknown>()
    const { steps: previewed, rejects } = await project.preview(steps, 1e6)
    for (const { row } of previewed.at(-1)?.rows ?? []) if (row.text === good.text) seen.add(Number(row.id))
    await project.dispose()
    const lost = inputs.flatMap((_, index) =>
      seen.has(index) ? [] : [{ input: index, what: 'the row before it is lost' }],
    )
    const untyped = rejects.flatMap(({ error }) => faultOf(error) ?? []).map((what) => ({ input: 0, what }))
    return [...lost, ...untyped]
  }
}

/** Bad documents between good ones, as rows of bytes. */
function documents(format: 'docx' | 'pdf' | 'html' | 'markdown'): Target {
  return async (inputs, folder) => {
    const goodDocument = corpus[format][0]
    const rows = inputs.flatMap((input, index) => [
      { id: index, isGood: true, file: Uint8Array.from(goodDocument) },
      { id: index, isGood: false, file: Uint8Array.from(input) },
    ])
    const project = maestro({ plugins: [ai], directory: folder, logLevel: 'silent' })
    const load = pipeline('p')
      .from(rows)
      .step('ai.load-documents', { input: 'file', format, timeout: '20s', maxMemory: '300MiB' })
    const { steps, rejects } = await project.preview(load, 1e6)
    await project.dispose()
    const seen = new Set((steps.at(-1)?.rows ?? []).flatMap(({ row }) => (row.isGood === true ? [row.id] : [])))
    const lost = inputs.flatMap((_, index) =>
      seen.has(index) ? [] : [{ input: index, what: 'the good document before it is lost' }],
    )
    const untyped = rejects.flatMap(({ error }) => faultOf(error) ?? []).map((what) => ({ input: 0, what }))
    return [...lost, ...untyped]
  }
}

const textOf = (input: Uint8Array) => Buffer.from(input).toString('utf8')

const config = each(async (input, folder, index) => {
  const place = join(folder, String(index))
  mkdirSync(place)
  writeFileSync(join(place, 'maestro.config.yaml'), input)
  const project = openProject({ cwd: place })
  try {
    await project.config()
  } finally {
    await project.dispose()
  }
  return undefined
})

const pipelineFile = each(async (input, folder, index) => {
  const path = join(folder, `p${index}.yaml`)
  writeFileSync(path, input)
  const project = maestro({ plugins: [table], directory: folder, logLevel: 'silent' })
  try {
    await project.plan(path)
  } finally {
    await project.dispose()
  }
  return undefined
})

/** Bad answers between good ones: the rows of the good answers have theirs. */
const answers: Target = async (inputs, folder) => {
  const goodAnswer = textOf(corpus.answer[0])
  const serving: LLMServing = scriptedServing((request) => {
    const number = /number (\d+) (good|bad)/.exec(questionOf(request))
    return number?.[2] === 'bad' ? textOf(inputs[Number(number[1])] ?? new Uint8Array()) : goodAnswer
  })
  const schema = z.object({
    name: z.string(),
    age: z.number(),
    tags: z.array(z.string()),
    inner: z.object({ x: z.number() }),
  })
  const rows = inputs.flatMap((_, id) => ['good', 'bad'].map((kind) => ({ id, kind })))
  const project = maestro({
    plugins: [ai],
    servings: { default: serving },
    directory: folder,
    logLevel: 'silent',
    cache: false,
  })
  const ask = pipeline('p')
    .from(rows)
    .step('ai.generate', { prompt: prompt('number {{id}} {{kind}}'), schema, output: 'answer' })
  const { steps, rejects } = await project.preview(ask, 1e6)
  await project.dispose()
  const seen = new Set((steps.at(-1)?.rows ?? []).flatMap(({ row }) => (row.kind === 'good' ? [row.id] : [])))
  const lost = inputs.flatMap((_, index) => (seen.has(index) ? [] : [{ input: index, what: 'the good row is lost' }]))
  const untyped = rejects.flatMap(({ error }) => faultOf(error) ?? []).map((what) => ({ input: 0, what }))
  return [...lost, ...untyped]
}

const media = each(async (input) => {
  const { data, mediaType } = await readMedia({ type: 'image', data: Uint8Array.from(input), mediaType: '' }, {})
  return data.length === input.length && typeof mediaType === 'string' ? undefined : 'bytes were lost'
})

/** An expression that someone else wrote: the plan says what is wrong with it, or the rows are read. */
const expressions = each(async (input, folder) => {
  const project = maestro({ plugins: [table], directory: folder, logLevel: 'silent' })
  try {
    const rows = pipeline('p').from([good, { id: 2, text: 'b' }])
    await project.preview(rows.step('table.filter', { where: textOf(input) }), 10)
    await project.preview(rows.step('table.sql', { query: textOf(input), timeout: '1s' }), 10)
    await project.preview(rows.step('table.window', { values: { value: textOf(input) } }), 10)
    await project.preview(rows.step('table.aggregate', { by: ['id'], values: { value: textOf(input) } }), 10)
  } finally {
    await project.dispose()
  }
  return undefined
})

const queries = each(async (input, folder, index) => {
  const project = maestro({ plugins: [db], directory: folder, logLevel: 'silent' })
  try {
    if (index === 0)
      await project.run(pipeline('w').from([good]).write('db.table', { connection: 'sqlite:d.db', table: 'seen' }))
    const source = pipeline('p').read('db.query', { connection: 'sqlite:d.db', query: textOf(input) })
    let count = 0
    for await (const _ of project.rows(source)) if (++count >= 100) break
  } finally {
    await project.dispose()
  }
  return undefined
})

const templates = each(async (input) => {
  const value = '{{text}} {{a.b}}'
  const template = prompt(textOf(input) as string)
  const names: readonly string[] = template.variables
  const rendered = JSON.stringify(
    template.format(Object.fromEntries(names.map((name) => [name.split('.')[0] ?? name, value]))),
  )
  const isEvaluated = rendered.includes('function Object')
  return isEvaluated ? 'a template reached a property of the language' : undefined
})

/** The targets with the format of their inputs. */
export const targets: Readonly<Record<string, { readonly format: Format; readonly run: Target }>> = {
  'JSON lines': { format: 'jsonl', run: linesThrough(false) },
  'JSON lines in a table step': { format: 'jsonl', run: linesThrough(true) },
  CSV: { format: 'csv', run: files('csv', Buffer.from('id,text\n1,a\n'), 1) },
  TSV: { format: 'tsv', run: files('tsv', Buffer.from('id\ttext\n1\ta\n'), 1) },
  JSON: { format: 'json', run: files('json', Buffer.from('[{"id":1}]'), 1) },
  text: { format: 'text', run: files('txt', Buffer.from('a'), 1) },
  gzip: { format: 'gzip', run: files('jsonl.gz', corpus.gzip[0], 5) },
  Zstandard: { format: 'zstd', run: files('jsonl.zst', corpus.zstd[0], 5) },
  Parquet: { format: 'parquet', run: files('parquet', corpus.parquet[0], 3) },
  'Parquet in a table step': { format: 'parquet', run: files('parquet', corpus.parquet[0], 3, true) },
  Arrow: { format: 'arrow', run: files('arrow', corpus.arrow[0], 3) },
  Excel: { format: 'xlsx', run: files('xlsx', corpus.xlsx[0], 3) },
  DOCX: { format: 'docx', run: documents('docx') },
  PDF: { format: 'pdf', run: documents('pdf') },
  HTML: { format: 'html', run: documents('html') },
  Markdown: { format: 'markdown', run: documents('markdown') },
  'config in YAML': { format: 'config', run: config },
  'pipeline in YAML': { format: 'pipeline', run: pipelineFile },
  'answers of a model': { format: 'answer', run: answers },
  media: { format: 'media', run: media },
  'SQL expressions': { format: 'sql', run: expressions },
  'SQL queries': { format: 'query', run: queries },
  'prompt templates': { format: 'template', run: templates },
}
