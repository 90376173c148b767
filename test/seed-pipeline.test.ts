// The AI pipeline of the Python original: its classes, over a storage, on the embedded models.
import { AIPipeline } from '@maestro-dataflow/core/compat'
import { MemoryStorage } from '@maestro-dataflow/core/runtime'
import ai, { EmbeddingGenerator, RAGOperator } from '@maestro-dataflow/plugin-ai'
import local, { LocalChatServing, LocalEmbeddingServing } from '@maestro-dataflow/plugin-local'
import { expect, test } from 'vitest'

const quiet = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet }

test('a knowledge base in a storage, questions over it, and steps of plugins by name', async () => {
  const embedder = new LocalEmbeddingServing({ model: 'all-MiniLM-L6-v2', directory: '.' }, quiet)
  const llmServing = new LocalChatServing({ model: 'smollm2-135m-instruct', directory: '.' }, quiet)
  const knowledge = new MemoryStorage([
    { text: 'The museum opens at nine.' },
    { text: 'The lighthouse was built in 1768.' },
    { text: 'Dogs stay outside.' },
  ])
  await new EmbeddingGenerator({ serving: embedder }).run(knowledge)

  const storage = new MemoryStorage([{ query: 'When was the lighthouse built?' }])
  const outcome = await new AIPipeline(storage, {
    plugins: [ai, local],
    logLevel: 'silent',
    servings: { default: { use: 'local.chat', model: 'smollm2-135m-instruct' } },
  })
    .addOperator(
      new RAGOperator({
        llmServing,
        embedder,
        knowledgeBaseStorage: knowledge,
        topK: 1,
        temperature: 0,
        maxTokens: 80,
      }),
    )
    .addStep('ai.generate', {
      prompt: 'Say this in other words: {{context}}',
      output: 'said',
      maxTokens: 30,
      onCutOff: 'keep',
    })
    .run()
  expect(outcome.operators.map(({ counts }) => counts.rowsOut)).toEqual([1, 1])
  const [row] = await storage.rows()
  expect(row).toMatchObject({ context: '[1] The lighthouse was built in 1768.', said: expect.any(String) })
  expect(row?.answer_outcome).toBeOneOf(['answered', 'not-in-sources'])
  await embedder.dispose()
  await llmServing.dispose()
})
