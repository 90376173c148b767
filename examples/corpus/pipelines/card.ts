import { pipeline } from '@maestro-dataflow/core'

/** The head of a dataset card, as the Hugging Face hub reads it. */
const head = `---
language: en
license: other
license_name: mit-apache-2.0-and-cc-by-sa
license_link: https://developer.mozilla.org/docs/MDN/Writing_guidelines/Attrib_copyright_license
size_categories: 1K<n<10K
configs:
  - config_name: default
    data_files:
      - { split: train, path: data/split=train/*.parquet }
      - { split: validation, path: data/split=validation/*.parquet }
      - { split: test, path: data/split=test/*.parquet }
---

# Sentences about software, and letters of customers

Sentences of the comments in the type definitions of Node.js (the package @types/node, MIT) and of browsers (lib.dom.d.ts of the
package typescript, Apache 2.0), and synthetic letters. Most comments about browsers are summaries of pages of MDN, by its
contributors, under CC-BY-SA 2.5 or later: credit them, and share what you make of these texts under the same license. The texts
passed the rules of Gopher against repetition, and no two of them are near-duplicates.

| split | origin | texts | words | mean length |
| --- | --- | --- | --- | --- |
`

// The card of the dataset, from the files that were written.
export default pipeline('card')
  .read('fs.file', { path: 'out/data/**/*.parquet', columns: { text: 'string', origin: 'string', split: 'string' } })
  .step('table.sql', {
    query: `
      SELECT string_agg('| ' || concat_ws(' | ', split, origin, texts, words, mean) || ' |', chr(10) ORDER BY split, origin) AS rows
      FROM (
        SELECT split, origin, count(*) AS texts, sum(len(string_split(text, ' ')))::BIGINT AS words,
               round(avg(length(text)))::BIGINT AS mean
        FROM input GROUP BY split, origin
      )`,
  })
  .map(({ rows }) => ({ text: `${head}${rows}\n` }))
  .write('fs.file', { path: 'out/README.md' })
