// A plugin as `tsc` wrote it for version 0.1 of core. It is never changed: it stands for the plugins of other people.
import {
  column,
  createToken,
  defineErrors,
  defineExecutor,
  defineOperator,
  definePlugin,
  definePrompt,
  defineServing,
  defineSource,
  defineStorage,
  LOGGER,
  newColumn,
  PromptTemplate,
  provide,
  rowType,
} from '@maestro-dataflow/core'
import { z } from 'zod'
const pluginError = defineErrors({
  OLD_NOT_A_TEXT: {
    message: (d) => `Column "${d.column}" holds ${d.found}.`,
    hint: () => 'Name another column.',
  },
})
const MARK = createToken('old.mark')
export const shorten = defineOperator({
  name: 'old.shorten',
  kind: 'map',
  description: 'Cuts a text after a number of characters',
  options: { input: column(), output: newColumn('short'), length: z.number().default(80) },
  adds: { '{output}': 'string' },
  inject: [MARK, LOGGER],
  create:
    ({ input, output, length }, [mark, logger]) =>
    (row) => {
      if (typeof row[input] !== 'string')
        throw pluginError('OLD_NOT_A_TEXT', { column: input, found: typeof row[input] })
      logger.debug('shortened')
      return { ...row, [output]: row[input].slice(0, length) + mark }
    },
})
const reply = definePrompt({
  name: 'old.reply',
  description: 'Asks for a short reply to a text',
  options: { input: column().default('text') },
  create: ({ input }) => new PromptTemplate(`Reply to {{${input}}}`),
})
const echo = defineServing({
  name: 'old.echo',
  kind: 'llm',
  description: 'Says back what it was asked',
  options: z.object({}),
  create: () => ({
    kind: 'llm',
    name: 'echo',
    capabilities: { jsonSchema: false, images: false, audio: false },
    identity: { model: 'echo' },
    async generate({ messages }) {
      const text = String(messages.at(-1)?.content)
      return { text, finishReason: 'stop', usage: { inputTokens: 1, outputTokens: 1 }, model: 'echo' }
    },
  }),
})
const list = defineStorage({
  name: 'old.list',
  description: 'Three rows',
  source: defineSource({
    options: z.object({}),
    row: rowType(),
    columns: () => ({ columns: { text: 'string' }, open: false }),
    open: () => ({
      async *read() {
        yield { ids: ['a', 'b', 'c'], rows: [{ text: 'a long story' }, { text: null }, { text: 'short' }] }
      },
    }),
  }),
})
const pool = defineExecutor({
  name: 'old.pool',
  description: 'Runs partitions one after the other',
  options: z.object({}),
  create: () => ({
    name: 'old.pool',
    async execute(partitions, run, signal) {
      for (const partition of partitions) {
        signal.throwIfAborted()
        await run(partition)
      }
    },
    async dispose() {},
  }),
})
export default definePlugin({
  name: 'maestro-plugin-built-for-0-1',
  options: z.object({ mark: z.string().default('') }),
  operators: [shorten],
  prompts: [reply],
  servings: [echo],
  storages: [list],
  executors: [pool],
  provides: ({ options }) => [provide(MARK, () => options.mark)],
  observe(hooks, { logger }) {
    hooks.stepDone(({ counts }) => logger.debug('done', { rows: counts.rowsOut }))
  },
})
