// @ts-nocheck: it walks through definitions and schemas of any shape.
// The text of docs/operator-reference.md, made from manifests, schemas, prompts and the comments of types. `npm run docs`
// writes it.
import { join } from 'node:path'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import table from '@maestro-dataflow/plugin-table'
import ts from 'typescript'

const root = join(import.meta.dirname, '..')
export const operatorReferencePath = join(root, 'docs/operator-reference.md')

const head = `# Operator reference

<!-- Made by \`npm run docs\` from manifests, schemas, prompts and the comments of types. Do not edit. -->

Every operator of plugin-ai and plugin-table with its options, the columns it reads and adds, what it asks for, and the words
of its prompt. [AI operators](ai-operators.md) tells what to know of each, what drives its cost, and shows it at work; so does
[plugin-table](../packages/plugin-table/README.md). A word in angle brackets stands for the column that an option names, and a star
marks what must be given.
`

const kinds = {
  map: 'one row becomes one',
  filter: 'rows stay or go',
  flatMap: 'one row becomes any number',
  mapBatches: 'rows in batches, one becomes one',
  table: 'the whole table, by the table engine',
  opaque: 'the whole table',
}

/** Options that an operator cannot be described without. */
const examples = {
  schema: { type: 'object', properties: { field: { type: 'string' } }, required: ['field'] },
  labels: ['a', 'b'],
  rubric: 'How good is it?',
  criterion: 'Which is better?',
  condition: 'It holds.',
  instruction: 'Make it short.',
  to: 'French',
  question: 'What is it?',
  references: ['a'],
  right: [{ name: 'a' }],
  k: 3,
  count: 3,
  where: 'true',
  inputColumns: { image: '<image>' },
}
/** @type {Record<string, object>} */
const more = {
  'ai.generate': { prompt: 'Say {{column}}' },
  'ai.vote': { prompt: 'Say {{column}}' },
  'ai.filter': { by: '<by>', min: 3, input: undefined, condition: undefined },
  'ai.similarity': { with: '<with>' },
  'ai.join': { column: 'name', condition: undefined },
  'ai.rag-eval': { reference: undefined },
  'ai.load-documents': { name: undefined },
  'ai.cluster': { names: undefined },
  'table.filter': { where: 'true' },
  'table.sort': { by: '<by>' },
  'table.sample': { count: 10 },
  'table.aggregate': { by: ['<by>'], values: { count: 'count(*)' } },
  'table.select': { columns: ['<column>'] },
  'table.drop': { columns: ['<column>'] },
  'table.rename': { columns: { '<column>': '<name>' } },
  'table.cast': { columns: { '<column>': 'number' } },
}

/** What options mean that are the same everywhere, where a type does not say it. */
const common = {
  input: 'The column that the operator asks about.',
  output: 'The column of the answer.',
  prompt: "A prompt instead of the operator's own words; it names its columns itself.",
  examples: 'Inputs with the answers that are wanted; they are shown before the question.',
  topP: 'Chooses among the likeliest tokens that together have this probability.',
  topK: 'Chooses among so many of the likeliest tokens.',
  seed: 'The same seed gives the same answer, where the model keeps to it.',
  language: "The language of the operator's own words.",
  min: 'The lowest value.',
  max: 'The highest value.',
  'ai.compare b': 'The column of the other text.',
  'ai.compare criterion': 'What makes a text the better one.',
  'ai.filter condition': 'What must hold of the text, in words.',
  'ai.rewrite instruction': 'What is to be done with the text.',
  'ai.score rubric': 'What is judged: in words, or what each of some scores means.',
  'ai.similarity with': 'Another column with vectors.',
  'ai.translate from': 'The language of the text.',
  'table.aggregate by': 'The columns of which each combination is a group.',
  'table.cast columns': 'The columns and the types that they get.',
  'table.dedupe by': 'The columns that make rows the same.',
  'table.dedupe keep': 'Which of them stays.',
  'table.drop columns': 'The columns that go.',
  'table.limit count': 'Rows that stay.',
  'table.limit offset': 'Rows that are left out before them.',
  'table.rename columns': 'The columns and their new names.',
  'table.sample count': 'Rows that stay.',
  'table.sample fraction': 'The share of rows that stays, 0 to 1.',
  'table.select columns': 'The columns that stay, in this order.',
  'table.sort by': 'A column, or several, each with its direction.',
}

/** The whole page. */
export async function operatorReference() {
  const project = maestro({ plugins: [ai, table], logLevel: 'silent' })
  const documented = documentedOptions()
  const parts = [head]
  for (const plugin of ['@maestro-dataflow/plugin-ai', '@maestro-dataflow/plugin-table']) {
    const contributions = await project.contributionsOf(plugin)
    const prompts = new Map(
      contributions.filter(({ kind }) => kind === 'prompts').map((one) => [one.name, one.definition]),
    )
    parts.push(`## ${plugin}\n`)
    const operators = contributions.filter(({ kind }) => kind === 'operators').map(({ definition }) => definition)
    for (const definition of operators.sort((a, b) => (a.name < b.name ? -1 : 1)))
      parts.push(
        await section(definition, documented.get(definition.name) ?? [], prompts.get(`${definition.name}.prompt`)),
      )
  }
  await project.dispose()
  return parts.join('\n')
}

async function section(definition, options, prompt) {
  const { name, kind, description } = definition
  const schema = schemaOf(definition)
  const anchor = name.replaceAll('.', '')
  const given = await exampleOf(definition, schema)
  const lines = [`### ${name}`, '', `${description}. Kind \`${kind}\`: ${kinds[kind]}.`]
  if (name.startsWith('ai.')) lines.push(`[At work, and its cost](ai-operators.md#${anchor}).`)
  lines.push('', '| option | type | default | what it is |', '| --- | --- | --- | --- |')
  const missing = Object.keys(schema).filter((option) => !options.some((one) => one.name === option))
  if (missing.length > 0) throw new Error(`${name}: the types do not tell of ${missing.join(', ')}`)
  for (const option of options) lines.push(row(option, schema[option.name]))
  lines.push('', ...effects(definition, given), ...asked(definition, given), '')
  if (prompt !== undefined) lines.push(...(await words(prompt)), '')
  return lines.join('\n')
}

function row({ name, type, required, text, fallback }, known) {
  const value = fallback ?? (known?.default === undefined ? '' : `\`${JSON.stringify(known.default)}\``)
  const cell = (content) => content.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ')
  return `| \`${name}\`${required ? ' *' : ''} | ${cell(type)} | ${cell(value)} | ${cell(text)} |`
}

/** The options as the schema has them, those of all branches. */
function schemaOf({ options }) {
  const json = options['~standard'].jsonSchema.input({
    target: 'draft-2020-12',
    libraryOptions: { unrepresentable: 'any' },
  })
  return Object.assign({}, ...[json, ...(json.anyOf ?? [])].map(({ properties = {} }) => properties))
}

/** Options with which the columns can be told: names of columns stand in angle brackets. */
async function exampleOf({ name, options }, schema) {
  const required = Object.keys(schema).filter((option) => !('default' in schema[option]))
  const own = Object.fromEntries(
    required
      .filter(
        (option) => option in examples || ['input', 'source', 'a', 'b', 'store', 'second', 'column'].includes(option),
      )
      .map((option) => [option, examples[option] ?? `<${option}>`]),
  )
  const asked = { ...own, ...more[name] }
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined))
  if (typeof given.prompt === 'string') {
    const { prompt } = await import('@maestro-dataflow/core')
    given.prompt = prompt(given.prompt)
  }
  const checked = await options['~standard'].validate(given)
  if (checked.issues !== undefined)
    throw new Error(`${name}: ${JSON.stringify(checked.issues[0])} for ${JSON.stringify(given)}`)
  return checked.value
}

function effects({ columns, name }, given) {
  if (columns === undefined) return ['It changes no columns.']
  const told =
    typeof columns === 'function'
      ? columns(given, { columns: {}, open: true })
      : {
          reads: (columns.reads ?? []).flatMap((option) => given[option] ?? []),
          adds: Object.fromEntries(
            Object.entries(columns.adds ?? {}).map(([option, type]) => [given[option] ?? option, type]),
          ),
          drops: (columns.drops ?? []).flatMap((option) => given[option] ?? []),
        }
  const names = (list) => list.map((column) => `\`${column}\``).join(', ')
  const { reads = [], adds = {}, drops = [], keeps } = told
  const added = Object.entries(adds).map(([column, type]) => `\`${column}\` (${type})`)
  const say = [
    ...(reads.length > 0 ? [`Reads ${names(reads)}.`] : []),
    ...(added.length > 0 ? [`Adds ${added.join(', ')}.`] : []),
    ...(drops.length > 0 ? [`Drops ${names(drops)}.`] : []),
    ...(keeps === undefined
      ? []
      : [keeps.length === 0 ? 'No other column stays.' : `Of the others ${names(keeps)} stay.`]),
  ]
  return say.length > 0 ? [say.join(' ')] : [`The columns after ${name} depend on its options.`]
}

function asked({ servings, vectorStores, deterministic = true }, given) {
  const needs = (servings?.(given) ?? []).map(({ kind, name }) => `\`${name}\` (${kind})`)
  const stores = (vectorStores?.(given) ?? []).length > 0 ? ['a vector store'] : []
  const all = [...needs, ...stores]
  return [
    ...(all.length > 0 ? [`Asks ${all.join(', ')}.`] : []),
    ...(deterministic ? [] : ['The same row may give another result the next time.']),
  ]
}

/** What a prompt says, in both languages, with the names of its variables for values. */
async function words(definition) {
  const schema = schemaOf(definition)
  const own = {
    task: schema.task?.enum?.[0],
    left: 'left',
    right: 'right',
    fields: { field: '' },
    answers: 'answers',
    question: 'question',
  }
  const lines = ['<details><summary>The words of its prompt</summary>', '']
  for (const language of ['en', 'zh']) {
    const asked = Object.fromEntries(
      Object.keys(schema)
        .filter((option) => !['instructions', 'examples', 'language', 'min', 'max', 'role', 'history'].includes(option))
        .map((option) => [option, own[option] ?? examples[option] ?? valueLike(schema[option], option)])
        .filter(([, value]) => value !== undefined),
    )
    const checked = await definition.options['~standard'].validate({ ...asked, language })
    if (checked.issues !== undefined) throw new Error(`${definition.name}: ${JSON.stringify(checked.issues[0])}`)
    const prompt = definition.create(checked.value)
    const messages = prompt.messages(Object.fromEntries(prompt.variables.map((name) => [name, '...'])))
    const text = messages.map(
      ({ role, content }) =>
        `${role}: ${typeof content === 'string' ? content : content.map((part) => part.text ?? `[${part.type}]`).join('\n')}`,
    )
    lines.push('```text', text.join('\n\n'), '```', '')
  }
  return [...lines, '</details>']
}

/** A value that fits an option, where it needs one. */
function valueLike({ type, default: fallback }, option) {
  if (fallback !== undefined) return undefined
  return { boolean: false, integer: 3, number: 3 }[type] ?? option
}

/** The options of each operator, as its types tell them. */
function documentedOptions() {
  const entry = join(root, 'test/operator-options.ts')
  const source = `import type { OperatorOptions } from '@maestro-dataflow/core'
import type {} from '@maestro-dataflow/plugin-ai'
import type {} from '@maestro-dataflow/plugin-table'
export declare const all: OperatorOptions<Record<string, unknown>>
`
  const settings = {
    strict: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ESNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
  }
  const host = ts.createCompilerHost(settings)
  const read = host.readFile.bind(host)
  const get = host.getSourceFile.bind(host)
  const exists = host.fileExists.bind(host)
  host.fileExists = (path) => path === entry || exists(path)
  host.readFile = (path) => (path === entry ? source : read(path))
  host.getSourceFile = (path, ...rest) =>
    path === entry ? ts.createSourceFile(path, source, rest[0]) : get(path, ...rest)
  const program = ts.createProgram([entry], settings, host)
  const checker = program.getTypeChecker()
  const file = program.getSourceFile(entry)
  const [all] = checker.getExportsOfModule(checker.getSymbolAtLocation(file))
  const operators = checker.getPropertiesOfType(checker.getTypeOfSymbol(all))
  return new Map(
    operators.map((operator) => [operator.name, optionsOf(operator.name, checker.getTypeOfSymbol(operator), checker)]),
  )
}

function optionsOf(operator, type, checker) {
  const found = new Map()
  for (const branch of type.isUnion() ? type.types : [type]) {
    for (const symbol of checker.getPropertiesOfType(branch)) {
      const own = checker.getTypeOfSymbol(symbol)
      const text = ts.displayPartsToString(symbol.getDocumentationComment(checker))
      const tags = symbol.getJsDocTags(checker)
      const fallback = tags.find((tag) => tag.name === 'default')
      const written = checker.typeToString(checker.getNonNullableType(own), undefined, ts.TypeFormatFlags.NoTruncation)
      const isNever = (own.flags & ts.TypeFlags.Undefined) !== 0
      const known = found.get(symbol.name)
      const required = (symbol.flags & ts.SymbolFlags.Optional) === 0 && (known?.required ?? true)
      if (known !== undefined && (isNever || known.type !== '')) {
        known.required = required
        continue
      }
      found.set(symbol.name, {
        name: symbol.name,
        type: isNever ? '' : shortType(written),
        required,
        text: text === '' ? (common[`${operator} ${symbol.name}`] ?? common[symbol.name] ?? '') : text,
        fallback: fallback && ts.displayPartsToString(fallback.text),
      })
    }
  }
  return [...found.values()].sort((a, b) => Number(b.required) - Number(a.required))
}

const shortType = (type) => (type.length > 60 ? '' : `\`${type}\``)
