import { pipeline } from '@maestro-dataflow/core'

/** The sentence in a line of a comment. */
const comment = /^\s*\*\s+([A-Z].{40,})$/

// A corpus of 5,000 real and 1,000 synthetic texts: judged by published rules, without near-duplicates, balanced by their
// origin, and split into Parquet files. The real texts are the sentences of the comments in the type definitions of Node.js
// and of browsers, which npm has installed already.
export default pipeline('corpus')
  .read('fs.file', {
    path: ['../../node_modules/@types/node/*.d.ts', '../../node_modules/typescript/lib/lib.dom.d.ts'],
    format: 'text',
    lines: true,
  })
  .filter(({ text }, { drop }) => comment.test(text) || drop('no sentence of a comment'))
  .map(({ path, text }) => ({
    text: comment.exec(text)?.[1] ?? '',
    origin: path.includes('lib.dom') ? 'browsers' : 'Node.js',
  }))
  .step('table.sample', { count: 5000, seed: 1 })
  .step('table.union', {
    right: {
      use: 'synth.rows',
      rows: 1000,
      seed: 5,
      columns: {
        name: { fake: 'full-name' },
        product: { fake: 'product' },
        city: { fake: 'city' },
        days: { integer: [2, 60] },
        end: { category: ['and I am still waiting for it', 'and it works very well', 'but the box was empty'] },
        text: {
          template: 'My name is {{name}}, I ordered the {{product}} to {{city}} {{days}} days ago, {{end}}.',
        },
        origin: { constant: 'synthetic' },
      },
    },
  })
  .step('table.select', { columns: ['text', 'origin'] })
  .step('text.normalize', { input: 'text', do: ['unicode', 'whitespace'] }, { where: { origin: { not: 'synthetic' } } })
  .step('text.filter', {
    input: 'text',
    presets: ['gopher-repetition'],
    limits: { words: { min: 6 }, stopWords: { min: 1 }, letterRatio: { min: 0.6 }, curlyBrackets: { max: 0 } },
  })
  .step('text.dedupe-near', { input: 'text', threshold: 0.7, words: 3 })
  .step('table.sample', { count: 700, by: ['origin'], seed: 2 })
  .step('table.split', { parts: { train: 8, validation: 1, test: 1 }, seed: 3 })
  .step('table.select', { columns: ['text', 'origin', 'split'] })
  .write('fs.file', { path: 'out/data/part.parquet', partitionBy: ['split'] })
