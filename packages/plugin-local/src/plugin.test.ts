import { column, defineOperator, pipeline, SERVINGS } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { pullModel } from './models/known-models.js'
import local from './plugin.js'

const embed = defineOperator({
  name: 'test.embed',
  kind: 'map',
  options: { input: column(), output: z.string() },
  adds: { '{output}': 'vector' },
  servings: () => [{ kind: 'embedding', name: 'embedder' }],
  inject: [SERVINGS],
  create: ({ input, output }, [servings]) => {
    const embedder = servings.get('embedder', 'embedding')
    return async (row, context) => {
      const { vectors } = await embedder.embed([String(row[input])], context)
      return { ...row, [output]: vectors[0] }
    }
  },
})

test('the servings of the plugin match its manifest, and work in a pipeline', async () => {
  await pullModel('all-MiniLM-L6-v2')
  const project = maestro({
    plugins: [local({ threads: 1, modelCache: { keepAlive: 0 } })],
    servings: { embedder: { use: 'local.embeddings', contextTokens: 32 } },
    logLevel: 'silent',
  })
  const texts = ['A cat sits on the mat.', 'A kitten lies on a rug.', 'Share prices fell.', '']
  const vectors: Float32Array[] = []
  const embedded = pipeline('vectors').from(texts.map((text) => ({ text })))
  for await (const row of project.rows(embedded.step(embed, { input: 'text', output: 'vector' })))
    vectors.push(row.vector as Float32Array)
  await project.dispose()
  const near = (a = 0, b = 0) => vectors[a]?.reduce((sum, value, at) => sum + value * (vectors[b]?.[at] ?? 0), 0) ?? 0
  expect(vectors).toHaveLength(4)
  expect(near(0, 1)).toBeGreaterThan(near(0, 2) + 0.3)
})
