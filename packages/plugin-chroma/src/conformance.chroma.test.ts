import { randomUUID } from 'node:crypto'
import { describeVectorStore } from '@maestro-dataflow/testkit/vitest'
import { describe } from 'vitest'
import { chromaUrl } from './__fixtures__/real-chroma.js'
import { ChromaVectorStore } from './chroma-vector-store.js'

const url = chromaUrl

describe.skipIf(url === '')('on a server', () => {
  describeVectorStore(
    async ({ metric }) => {
      const given = { url, collection: `suite-${randomUUID()}`, metric }
      const open = () => ChromaVectorStore.open(given)
      const code = `import { ChromaVectorStore } from '@maestro-dataflow/plugin-chroma'
        const store = await ChromaVectorStore.open(${JSON.stringify(given)})`
      return { store: await open(), reopen: open, code }
    },
    { title: 'chroma.vectors', recall: 0.95 },
  )
})
