/** `data/hello.csv` */
export const reviews = `id,review,stars
r1,The soup was hot and the bread still warm.,5
r2,We waited an hour and nobody came.,1
r3,ok,3
r4,"Lovely terrace, friendly people, we will be back.",5
r5,My order was wrong twice and I had to pay anyway.,1
r6,The best pancakes in town!,5
r7,Cold coffee and a dirty table.,2
r8,fine,3
r9,"The children loved it, and so did we.",4
r10,Never again: rude staff and tiny portions.,1
`

const read = `  .read('fs.file', {
    path: 'data/hello.csv',
    columns: { id: 'string', review: 'string', stars: 'integer' },
    key: 'id',
  })
  .filter((row) => row.review.length >= 10)
`

const write = `  .write('fs.file', { path: 'out/hello.jsonl', mode: 'overwrite' })
`

/** `pipelines/hello.ts` with a question to a model. */
export const helloPipeline = `import { chatPrompt, pipeline } from '@maestro-dataflow/core'
import { z } from 'zod'

// Reviews: the very short ones are dropped, and a language model says how the others sound.
export default pipeline('hello')
${read}  .step('ai.generate', {
    prompt: chatPrompt([
      { role: 'system', content: 'You say whether a review is glad or angry.' },
      { role: 'user', content: 'I love it' },
      { role: 'assistant', content: '{"tone":"glad"}' },
      { role: 'user', content: 'This is a shame' },
      { role: 'assistant', content: '{"tone":"angry"}' },
      { role: 'user', content: '{{review}}' },
    ]),
    // The model can answer nothing else; the properties become columns.
    schema: z.object({ tone: z.enum(['glad', 'angry']) }),
    serving: 'default',
    maxTokens: 20,
  })
${write}`

/** `pipelines/hello.ts` without AI. */
export const plainPipeline = `import { pipeline } from '@maestro-dataflow/core'

// Reviews: the very short ones are dropped, and the others get a column more.
export default pipeline('hello')
${read}  .map((row) => ({ ...row, glad: (row.stars ?? 0) >= 4 }))
${write}`
