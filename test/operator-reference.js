// @ts-nocheck: it walks through definitions and schemas of any shape.
// The text of docs/operator-reference.md, made from manifests, schemas, prompts and the comments of types. `npm run docs`
// writes it.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import table from '@maestro-dataflow/plugin-table'
import text from '@maestro-dataflow/plugin-text'
import ts from 'typescript'

const root = join(import.meta.dirname, '..')
export const operatorReferencePath = join(root, 'docs/operator-reference.md')

const head = `# Operator reference

<!-- Made by \`npm run docs\` from manifests, schemas, prompts and the comments of types. Do not edit. -->

Every operator of plugin-ai, plugin-table, and plugin-text with its options, the columns it reads and adds, what it asks for, and
the words of its prompts, what drives its cost, and an example. [AI operators](ai-operators.md),
[plugin-table](../packages/plugin-table/README.md), and [plugin-text](../packages/plugin-text/README.md) tell what to know of each. A word in angle brackets stands for the column that
an option names, and a star marks what must be given. The examples ask models whose answers are written beside them:

`

const aiOperators = () => readFileSync(join(root, 'docs/ai-operators.md'), 'utf8')

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
  criterion: 'Which is better?',
  to: 'French',
  question: 'What is it?',
  references: ['a'],
  right: [{ name: 'a' }],
  clusters: 3,
  count: 3,
  where: 'true',
  inputs: { image: '<image>' },
}
/** @type {Record<string, object>} */
const more = {
  'ai.generate': { prompt: 'Say {{column}}' },
  'ai.reduce': { instructions: 'Sum them up.' },
  'ai.rewrite': { instructions: 'Make it short.' },
  'ai.vote': { prompt: 'Say {{column}}' },
  'ai.filter': { score: '<score>', min: 3, input: undefined, criterion: undefined },
  'ai.similarity': { inputs: undefined, reference: 'the sea' },
  'ai.join': { on: 'name', criterion: undefined },
  'ai.compare': { inputs: { a: '<a>', b: '<b>' } },
  'ai.rag-eval': { inputs: undefined },
  'ai.load-documents': { name: undefined },
  'ai.cluster': { nameBy: undefined },
  'table.filter': { where: 'true' },
  'table.sort': { by: '<by>' },
  'table.sample': { count: 10 },
  'table.profile': {},
  'table.sql': { query: 'SELECT * FROM input LIMIT 10' },
  'table.window': { orderBy: '<by>', values: { place: 'row_number()' } },
  'table.aggregate': { by: ['<by>'], values: { count: 'count(*)' } },
  'table.select': { columns: ['<column>'] },
  'table.drop': { columns: ['<column>'] },
  'table.rename': { columns: { '<column>': '<name>' } },
  'table.cast': { columns: { '<column>': 'number' } },
  'table.fill-missing': { columns: { '<column>': 'median' } },
  'table.join': { right: [{ '<by>': 'a', '<other>': 1 }], by: ['<by>'], asOf: undefined },
  'table.union': { right: [{ '<other>': 1 }] },
  'table.distinct': { columns: ['<column>'] },
  'table.pivot': { by: ['<by>'], outputs: ['<output>'], value: '<value>' },
  'table.flatten': { columns: ['<column>'], members: ['<member>'] },
  'table.unpivot': { columns: ['<column>'] },
  'text.measure': { measures: ['words', 'language'] },
  'text.filter': { presets: ['gopher'] },
  'text.normalize': { do: ['html'], output: '<output>' },
  'table.validate': { rules: { '<column>': { required: true } }, failures: 'column', schema: undefined },
}

/** The whole page. */
export async function operatorReference() {
  const project = maestro({ plugins: [ai, table, text], logLevel: 'silent' })
  const documented = documentedOptions()
  const comments = commentsOfDefinitions()
  const [models] = /^```ts file=models\.ts\n[\s\S]*?^```$/m.exec(aiOperators()) ?? []
  const parts = [head, `${models}\n`]
  for (const plugin of ['ai', 'table', 'text'].map((name) => `@maestro-dataflow/plugin-${name}`)) {
    const contributions = await project.contributionsOf(plugin)
    const prompts = new Map(
      contributions.filter(({ kind }) => kind === 'prompts').map((one) => [one.name, one.definition]),
    )
    parts.push(`## ${plugin}\n`)
    const operators = contributions.filter(({ kind }) => kind === 'operators').map(({ definition }) => definition)
    for (const definition of operators.sort((a, b) => (a.name < b.name ? -1 : 1)))
      parts.push(
        await section(definition, documented.get(definition.name) ?? [], comments.get(definition.name) ?? {}),
        await example(definition.name, comments.get(definition.name) ?? {}, project),
        ...(await words(prompts.get(`${definition.name}.prompt`))),
      )
  }
  await project.dispose()
  return parts.join('\n')
}

async function section(definition, options, { cost }) {
  const { name, kind, description } = definition
  const schema = schemaOf(definition)
  const given = await exampleOf(definition, schema)
  const lines = [`### ${name}`, '', `${description}. Kind \`${kind}\`: ${kinds[kind]}.`]
  lines.push('', '| option | type | default | what it is |', '| --- | --- | --- | --- |')
  const missing = Object.keys(schema).filter((option) => !options.some((one) => one.name === option))
  const silent = options.filter(({ text, fallback }) => text === '' && fallback === undefined).map(({ name }) => name)
  if (silent.length > 0) throw new Error(`${name}: no comment tells of ${silent.join(', ')}`)
  if (missing.length > 0) throw new Error(`${name}: the types do not tell of ${missing.join(', ')}`)
  for (const option of options) lines.push(row(option, schema[option.name]))
  lines.push('', ...effects(definition, given), ...asked(definition, given))
  if (definition.servings !== undefined && cost === undefined) throw new Error(`${name}: no comment tells its cost`)
  lines.push(cost ?? 'Cost: no model is asked.', '')
  return lines.join('\n')
}

function row({ name, type, required, text, fallback }, known) {
  const value = fallback ?? (known?.default === undefined ? '' : `\`${JSON.stringify(known.default)}\``)
  const cell = (content) => content.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ')
  return `| \`${name}\`${required ? ' *' : ''} | ${cell(type)} | ${cell(value)} | ${cell(text)} |`
}

/** The options as the schema has them, those of all branches. */
function schemaOf(definition) {
  const json = jsonOf(definition)
  return Object.assign({}, ...[json, ...(json.anyOf ?? [])].map(({ properties = {} }) => properties))
}

const jsonOf = ({ options }) =>
  options['~standard'].jsonSchema.input({ target: 'draft-2020-12', libraryOptions: { unrepresentable: 'any' } })

/** Options with which the columns can be told: names of columns stand in angle brackets. */
async function exampleOf({ name, options }, schema) {
  const required = Object.keys(schema).filter((option) => !('default' in schema[option]))
  const own = Object.fromEntries(
    required
      .filter((option) => option in examples || ['input', 'source', 'store', 'second', 'column'].includes(option))
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
  const told = columns(given, { columns: {}, open: true })
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

/** What a prompt says, for each thing that it asks and in both languages, with the names of its variables for values. */
async function words(definition) {
  if (definition === undefined) return []
  const schema = schemaOf(definition)
  const own = {
    inputs: { a: 'a', b: 'b' },
    instructions: 'Make it short.',
    left: 'left',
    right: 'right',
    fields: { field: '' },
    answers: 'answers',
    question: 'question',
  }
  const optional = ['instructions', 'examples', 'language', 'min', 'max', 'role', 'history']
  const { required = [] } = jsonOf(definition)
  const lines = ['<details><summary>The words of its prompts</summary>', '']
  const [variant] = ['task', 'method'].filter((option) => schema[option]?.enum !== undefined)
  const variants = variant === undefined ? [{}] : schema[variant].enum.map((value) => ({ [variant]: value }))
  const asking = ['en', 'zh'].flatMap((language) => variants.map((options) => ({ ...options, language })))
  for (const chosen of asking) {
    const asked = Object.fromEntries(
      Object.keys(schema)
        .filter((option) => required.includes(option) || !optional.includes(option))
        .map((option) => [option, own[option] ?? examples[option] ?? valueLike(schema[option], option)])
        .filter(([, value]) => value !== undefined),
    )
    const checked = await definition.options['~standard'].validate({ ...asked, ...chosen })
    if (checked.issues !== undefined) throw new Error(`${definition.name}: ${JSON.stringify(checked.issues[0])}`)
    const prompt = definition.create(checked.value)
    const messages = prompt.messages(Object.fromEntries(prompt.variables.map((name) => [name, '...'])))
    const text = messages.map(
      ({ role, content }) =>
        `${role}: ${typeof content === 'string' ? content : content.map((part) => part.text ?? `[${part.type}]`).join('\n')}`,
    )
    lines.push('```text', text.join('\n\n'), '```', '')
  }
  return [...lines, '</details>', '']
}

/** The rows of the examples; some operators need others. */
const usual = `[
  { id: 1, city: 'Oslo', stars: 4 },
  { id: 2, city: 'Bergen', stars: 2 },
  { id: 3, city: 'Oslo', stars: 5 },
]`
/** @type {Record<string, string>} */
const samples = {
  'table.explode': `[
  { id: 1, tags: ['fish', 'bread'] },
  { id: 2, tags: [] },
]`,
  'table.fill-missing': `[
  { city: 'Oslo', stars: 4 },
  { city: 'Bergen', stars: null },
  { city: 'Oslo', stars: 5 },
]`,
  'table.join': `[
  { id: 1, city: 'Oslo' },
  { id: 2, city: 'Bergen' },
]`,
  'table.pivot': `[
  { city: 'Oslo', quarter: 'q1', sales: 4 },
  { city: 'Oslo', quarter: 'q2', sales: 7 },
  { city: 'Bergen', quarter: 'q1', sales: 2 },
]`,
  'table.outliers': `[
  { city: 'Oslo', stars: 4 },
  { city: 'Bergen', stars: 5 },
  { city: 'Oslo', stars: 3 },
  { city: 'Bergen', stars: 400 },
]`,
  'table.flatten': `[
  { id: 1, address: { street: 'Storgata 1', geo: { lat: 59.9 } } },
  { id: 2, address: null },
]`,
  'text.dedupe-near': `[
  { id: 1, text: 'The old harbor of the city is open every day, except on Sundays.' },
  { id: 2, text: 'The old harbor of the city is open every day, except on Sundays and in May.' },
  { id: 3, text: '冬天的风很冷，但是室内很暖和。' },
]`,
  'text.filter': `[
  { id: 1, text: 'The old harbor of the city is open every day.' },
  { id: 2, text: 'Ja, natürlich ist es geöffnet.' },
  { id: 3, text: '冬天的风很冷，但是室内很暖和。' },
]`,
  'text.measure': `[
  { id: 1, text: 'The old harbor of the city is open every day.' },
  { id: 2, text: 'Ja, natürlich ist es geöffnet.' },
]`,
  'text.normalize': `[
  { id: 1, text: '<p>Fish &amp;  bread</p><p>e\\u0301t\\u00e9</p>' },
]`,
  'table.unpivot': `[
  { city: 'Oslo', q1: 4, q2: 7 },
  { city: 'Bergen', q1: 2, q2: null },
]`,
}

/** A sample: of plugin-ai's that of its page, which is run there; of another plugin's a step, with what it makes of a few rows. */
async function example(name, { example: step }, project) {
  const fence = '```'
  if (step === undefined) {
    const page = aiOperators().split(`\n## ${name}\n`)[1]?.split('\n## ')[0] ?? ''
    const [, code] = /^```ts run[^\n]*\n([\s\S]*?)^```$/m.exec(page) ?? []
    if (code === undefined) throw new Error(`${name}: docs/ai-operators.md has no example`)
    return `${fence}ts\n${code}${fence}\n`
  }
  const { pipeline } = await import('@maestro-dataflow/core')
  const plugin = name.split('.')[0]
  const shops = samples[name] ?? usual
  const rows = new Function(`return ${shops}`)()
  const [, options] = /^\.step\('[\w.-]+', ([\s\S]*)\)$/.exec(step) ?? []
  const made = await Array.fromAsync(
    project.rows(
      pipeline('shops')
        .from(rows)
        .step(name, new Function(`return ${options}`)()),
    ),
  )
  const code = [
    "import { pipeline } from '@maestro-dataflow/core'",
    "import { maestro } from '@maestro-dataflow/core/runtime'",
    `import ${plugin} from '@maestro-dataflow/plugin-${plugin}'`,
    '',
    `const shops = ${shops}`,
    `const made = pipeline('shops').from(shops)${step}`,
    `for await (const row of maestro({ plugins: [${plugin}], logLevel: 'silent' }).rows(made)) console.log(JSON.stringify(row))`,
  ]
  return [
    `${fence}ts run`,
    ...code,
    fence,
    '',
    `${fence}text output`,
    ...made.map((row) => JSON.stringify(row)),
    fence,
    '',
  ].join('\n')
}

/** What the comment of each definition says of its cost, and its example. */
function commentsOfDefinitions() {
  const found = new Map()
  for (const file of globSync('packages/{plugin-ai,plugin-table,plugin-text}/src/**/*.ts', { cwd: root })) {
    const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.ESNext, true)
    for (const statement of source.statements.filter(ts.isVariableStatement)) {
      const comment = statement.jsDoc?.at(-1)
      const [, name] = /^`([\w.-]+)`:/.exec(ts.getTextOfJSDocComment(comment?.comment) ?? '') ?? []
      if (name === undefined) continue
      const tag = (wanted) => comment.tags?.find(({ tagName }) => tagName.text === wanted)
      const textOf = (wanted) => ts.getTextOfJSDocComment(tag(wanted)?.comment)
      found.set(name, { cost: textOf('remarks')?.replaceAll(/\s*\n\s*/g, ' '), example: textOf('example') })
    }
  }
  return found
}

/** A value that fits an option, where it needs one. */
function valueLike({ type, default: fallback }, option) {
  if (fallback !== undefined) return undefined
  return { boolean: false, integer: 3, number: 3 }[type] ?? option
}

/** The options of each operator, as its types tell them. */
function documentedOptions() {
  const entry = join(root, 'test/operator-options.ts')
  const source = `import type { OperatorName, StepOptions } from '@maestro-dataflow/core'
import type {} from '@maestro-dataflow/plugin-ai'
import type {} from '@maestro-dataflow/plugin-table'
import type {} from '@maestro-dataflow/plugin-text'
export declare const all: { [Name in OperatorName]: StepOptions<Record<string, unknown>, Name> }
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
  return new Map(operators.map((operator) => [operator.name, optionsOf(checker.getTypeOfSymbol(operator), checker)]))
}

function optionsOf(type, checker) {
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
        known.text ||= text
        continue
      }
      found.set(symbol.name, {
        name: symbol.name,
        type: isNever ? '' : shortType(written),
        required,
        text,
        fallback: fallback && ts.displayPartsToString(fallback.text),
      })
    }
  }
  return [...found.values()].sort((a, b) => Number(b.required) - Number(a.required))
}

/** A type that fits into a cell; a column of any row is any text. */
const shortType = (type) => {
  // The compiler lists the members of a union in the order in which it met them anywhere.
  if (/^"[^"]*"(?: \| "[^"]*")+$/.test(type)) return `\`${type.split(' | ').sort().join(' | ')}\``
  const plain = type
    .replaceAll('string & {}', 'string')
    .replaceAll('(string)', 'string')
    .replaceAll('<unknown, unknown>', '')
  if (plain.includes('Prompt<')) return '`string | Prompt | { use }`'
  return plain.length > 80 ? '' : `\`${plain}\``
}
