// Run by describe-suites.test.ts with `node --test`: each describe function, once with a right part and once with a broken
// one. Of each suite, one case is run: those that the test names.
import {
  defineOperator,
  definePlugin,
  defineSink,
  defineSource,
  defineStorage,
  prompt,
} from '@maestro-dataflow/core'
import { MemoryStorage } from '@maestro-dataflow/core/runtime'
import * as kit from '@maestro-dataflow/testkit'
import * as suites from '@maestro-dataflow/testkit/node'

const broken = () => {
  throw new RangeError('it is broken')
}
const rows = [{ text: 'a' }]

/** Makes two suites of parts that are made anew at each call. */
function made(name, make, options = {}) {
  suites[name](make, { ...options, title: `right ${name}` })
  suites[name](broken, { ...options, title: `broken ${name}` })
}

made('describeLLMServing', () => kit.scriptedServing(() => 'an answer'))
made('describeEmbeddingServing', () => kit.scriptedEmbeddings())
made('describeRerankServing', () => kit.scriptedRerank())
made('describeTranscriptionServing', () => kit.scriptedTranscription(() => 'hello'), {
  recordings: [{ audio: { data: Uint8Array.of(1), mediaType: 'audio/wav' }, says: 'hello' }],
})
// A server of the suite plays the replies: a serving that asks no server fails, whatever it says.
suites.describeLLMReplies(broken, { title: 'broken describeLLMReplies' })
suites.describeEmbeddingReplies(broken, { title: 'broken describeEmbeddingReplies' })
made('describeResponseCache', () => {
  const answers = new Map()
  return {
    get: async (key) => answers.get(key),
    set: async (key, answer) => void answers.set(key, answer),
    dispose: async () => {},
  }
})
const limits = kit.memorySharedLimits()
made('describeSharedLimits', () => limits)
made('describeVectorStore', ({ metric }) => ({ store: kit.memoryVectorStore({ metric }) }))
made('describeRowStorage', () => ({ storage: new MemoryStorage([]) }))
made('describeExecutor', () => ({
  name: 'acme.in-turn',
  async execute(partitions, run) {
    for (const partition of partitions) await run(partition)
  },
  dispose: async () => {},
}))
made('describeTableEngine', () => ({
  name: 'acme.engine',
  prepare: async () => ({ faults: [], reads: [] }),
  execute: broken,
  dispose: async () => {},
}))
made('describePrompt', () => prompt('Thank {{name}}.'))

const operator = (run) =>
  defineOperator({ name: 'acme.loud', kind: 'map', options: {}, adds: { loud: 'string' }, create: () => run })
const loud = (row) => ({ ...row, loud: String(row.text).toUpperCase() })
suites.describeOperator(operator(loud), { rows, title: 'right describeOperator' })
suites.describeOperator(operator(broken), { rows, title: 'broken describeOperator' })

const files = new Map()
const source = (read) =>
  defineSource({ options: {}, columns: () => ({ columns: { text: 'string' }, open: false }), open: () => ({ read }) })
async function* one() {
  yield { ids: ['1'], rows }
}
suites.describeSource(source(one), { rows, title: 'right describeSource' })
suites.describeSource(source(broken), { rows, title: 'broken describeSource' })

const sink = (write) =>
  defineSink({
    options: {},
    target: () => 'there',
    open() {
      const written = []
      return {
        write: (batch) => void (write(batch), written.push(...batch.rows.map((row) => ({ ...row })))),
        commit: async () => {
          files.set('there', written)
          return { rows: written.length, location: 'there' }
        },
        abort: async () => {},
      }
    },
  })
suites.describeSink(sink(() => {}), { rows, options: () => ({}), title: 'right describeSink' })
suites.describeSink(sink(broken), { rows, options: () => ({}), title: 'broken describeSink' })
const storage = (write) => defineStorage({ name: 'acme.there', source: source(one), sink: sink(write) })
suites.describeStorage(storage(() => {}), { rows, options: () => ({}), title: 'right describeStorage' })
suites.describeStorage(storage(broken), { rows, options: () => ({}), title: 'broken describeStorage' })

const watch = (observe) => definePlugin({ name: 'watch', observe })
suites.describeObserver(watch((hooks) => void hooks.runStart(() => {})), { title: 'right describeObserver' })
suites.describeObserver(watch(() => {}), { title: 'broken describeObserver' })
const plugin = (name) => definePlugin({ name: 'acme', operators: [{ ...operator(loud), name }] })
suites.describePlugin(plugin('acme.loud'), { title: 'right describePlugin' })
suites.describePlugin(plugin('other.loud'), { title: 'broken describePlugin' })
