import { beforeAll, describe, expect, test } from 'vitest'
import { checkTypes } from './docs/check-types.js'
import { createPageFolder, writeSample } from './docs/page-folder.js'

/** What the compiler must say of each wrong step over rows with the columns `id` and `text`. */
const wrong = {
  'an unknown operator': ["'ai.clasify', { input: 'text' }", /NoSuchName<"ai.clasify", "ai.classify">/],
  'an operator of a plugin that is not there': [
    "'shop.sort', { input: 'text' }",
    /NoSuchName<"shop.sort", "None is near. Is its plugin in the config\? Run `maestro types`">/,
  ],
  'an unknown option': [
    "'ai.classify', { input: 'text', labels: ['a', 'b'], outputt: 'x' }",
    /'outputt'.*Did you mean to write 'output'/,
  ],
  'an unknown column': ["'ai.summarize', { input: 'txt' }", /'"txt"' is not assignable.*Did you mean '"text"'/],
  'no input': ["'ai.classify', { labels: ['a', 'b'] }", /Property 'input' is missing/],
  'no text and no criterion': ["'ai.filter', { language: 'zh' }", /missing the following properties.*input, criterion/],
  'a text and a prompt': [
    "'ai.classify', { input: 'text', prompt: '{{text}}', labels: ['a', 'b'] }",
    /'string' is not assignable to type 'NotBeside<"prompt">'/,
  ],
  'a threshold and sampling': [
    "'ai.filter', { score: 'id', min: 1, seed: 4 }",
    /'number' is not assignable to type 'NotBeside<"score">'/,
  ],
  'an unknown column in a prompt': [
    "'ai.generate', { prompt: 'Summarize: {{txt}}' }",
    /'string' is not assignable to type 'NoSuchColumn<"txt", "text">'/,
  ],
  'a column far from all in a prompt': [
    "'ai.generate', { prompt: 'Summarize: {{summary}}' }",
    /NoSuchColumn<"summary", "id" \| "text">/,
  ],
  'a column in a prompt that has none': [
    "'ai.vote', { prompt: '{{text}}', judgePrompt: 'Which of {{answers}} to {{text}}?' }",
    /NoSuchColumn<"text", "question" \| "answers">/,
  ],
  'a column that an option names in a prompt': [
    "'ai.rag', { store: 'kb', input: 'text', context: 'facts', prompt: '{{text}} from {{fact}}' }",
    /NoSuchColumn<"fact", "facts">/,
  ],
  'an unknown column of a contributed prompt': [
    "'ai.classify', { labels: ['a', 'b'], prompt: { use: 'ai.classify.prompt', input: 'txt', labels: ['a', 'b'] } }",
    /'"txt"' is not assignable to type '"id" \| "text"/,
  ],
  'a variable that a prompt does not have': [
    "'ai.ground', { input: 'text', source: 'text', prompt: { use: 'ai.ground.prompt', task: 'verdicts', source: 'sorce' } }",
    /'"sorce"' is not assignable.*Did you mean '"source"'/,
  ],
  'an unknown source as an option': [
    "'table.join', { right: { use: 'fs.fil', path: 'b.csv' }, on: ['id'] }",
    /'"fs.fil"' is not assignable to type 'SourceName'. Did you mean '"fs.file"'/,
  ],
  'an unknown option of a source as an option': [
    "'table.join', { right: { use: 'fs.file', pat: 'b.csv' }, on: ['id'] }",
    /'pat' does not exist/,
  ],
} as const satisfies Readonly<Record<string, readonly [step: string, message: RegExp]>>

/** The same of wrong sources and sinks. */
const wrongEnds = {
  'an unknown source': ["read('fs.fil', { path: 'x.csv' })", /NoSuchName<"fs.fil", "fs.file">/],
  'an option of a source': ["read('fs.file', { pth: 'x.csv' })", /'pth'.*Did you mean to write 'path'/],
  'an unknown sink': ["from([{ id: 1 }]).write('fs.fil', { path: 'x.csv' })", /NoSuchName<"fs.fil", "fs.file">/],
  'an option of a sink': [
    "from([{ id: 1 }]).write('fs.file', { path: 'x.csv', mod: 'append' })",
    /'mod'.*Did you mean to write 'mode'/,
  ],
} as const satisfies Readonly<Record<string, readonly [chain: string, message: RegExp]>>

/** A text alone, wherever a prompt is taken. */
const right = [
  "'ai.generate', { prompt: '{{text}}' }",
  "'ai.extract', { prompt: '{{text}}', schema: z.object({ a: z.string() }) }",
  "'ai.classify', { prompt: '{{text}}', labels: ['a', 'b'] }",
  "'ai.summarize', { prompt: '{{text}}' }",
  "'ai.translate', { prompt: '{{text}}' }",
  "'ai.rewrite', { prompt: '{{text}}' }",
  "'ai.score', { prompt: '{{text}}' }",
  "'ai.filter', { prompt: '{{text}}' }",
  "'ai.compare', { inputs: { a: 'text', b: 'id' }, prompt: '{{text}} {{id}}' }",
  "'ai.vote', { prompt: '{{text}}', judgePrompt: '{{question}} {{answers}}' }",
  "'ai.ground', { input: 'text', source: 'text', prompt: '{{text}} {{source}}', claimsPrompt: '{{text}}' }",
  "'ai.cluster', { input: 'text', clusters: 2, prompt: '{{texts}}' }",
  "'ai.sort', { input: 'text', criterion: 'x', prompt: '{{text}}' }",
  "'ai.sort', { input: 'text', criterion: 'x', method: 'pairwise', prompt: '{{a}} {{b}}' }",
  "'ai.group', { input: 'text', prompt: '{{texts}}' }",
  "'ai.reduce', { input: 'text', instructions: 'x', prompt: '{{texts}}' }",
  "'ai.join', { input: 'text', right: [{ name: 'a' }], on: 'name', criterion: 'x', prompt: '{{left}} {{right}}' }",
  "'ai.retrieve', { input: 'text', store: 'kb', prompt: '{{query}} {{passage}}' }",
  "'ai.rag', { input: 'text', store: 'kb', prompt: '{{text}} {{context}}' }",
  "'ai.rag-eval', { inputs: { query: 'text', answer: 'text' }, prompt: '{{text}} {{context}}', questionsPrompt: '{{text}}' }",
  "'ai.multimodal', { inputs: { audio: 'text' }, prompt: '{{text}} {{transcript}}' }",
  "'ai.qa-pairs', { input: 'text', prompt: '{{text}}' }",
  "'ai.conversation', { input: 'text', prompt: '{{text}}' }",
  "'ai.conversation', { input: 'text', method: 'turns', turnPrompt: '{{topic}} {{conversation}} {{role}}' }",
  "'ai.redact', { input: 'text', prompt: '{{text}}' }",
  "'ai.describe-columns', { prompt: '{{facts}} {{columns}}' }",
  "'ai.clean', { prompt: '{{facts}}' }",
  "'ai.annotate', { input: 'text', labels: ['a', 'b'], second: 'other', prompt: '{{text}}' }",
]

let faults: ReadonlyMap<string, readonly string[]>
const fileOf = (name: string) => `${name.replaceAll(/\W+/g, '-')}.ts`
const saidOf = (name: string) => faults.get(fileOf(name))?.join('\n')

beforeAll(() => {
  const folder = createPageFolder()
  const over = (step: string) => `from([{ id: 1, text: 'a' }]).step(${step})`
  const chains = [
    ...right.map((step) => [step, over(step)] as const),
    ...Object.entries(wrong).map(([name, [step]]) => [name, over(step)] as const),
    ...Object.entries(wrongEnds).map(([name, [chain]]) => [name, chain] as const),
  ]
  for (const [name, chain] of chains)
    writeSample(
      folder,
      fileOf(name),
      `import { pipeline } from '@maestro-dataflow/core'
import { z } from 'zod'
void z
export const rows = pipeline('p').${chain}
`,
    )
  faults = checkTypes(folder)
}, 120_000)

describe('the compiler', () => {
  test.each(Object.entries({ ...wrong, ...wrongEnds }))('names what is wrong: %s', (name, [, message]) => {
    expect(saidOf(name)).toMatch(message)
  })

  test('says nothing of a prompt where a text is missing', () => {
    expect(saidOf('no input')).not.toMatch(/'prompt' is missing/)
  })

  test.each(right)('takes a text as a prompt: %s', (step) => {
    expect(saidOf(step)).toBe('')
  })
})
