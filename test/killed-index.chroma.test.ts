import { randomUUID } from 'node:crypto'
import { ChromaVectorStore } from '@maestro-dataflow/plugin-chroma'
import { inject, test } from 'vitest'
import { expectWholeIndex } from './durability/killed-index.js'

const url = inject('chroma')

test.skipIf(url === undefined)('an index of Chroma that is killed again and again holds each chunk once', async () => {
  const at = (name: string) => ({ url: url ?? '', collection: `${name}-${run}` })
  const run = randomUUID()
  await expectWholeIndex(
    (name) => ({ use: 'chroma.vectors', ...at(name) }),
    (_, name) => ChromaVectorStore.open(at(name)),
  )
})
