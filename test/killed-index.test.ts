import { join } from 'node:path'
import { LanceVectorStore } from '@maestro-dataflow/plugin-lance'
import { test } from 'vitest'
import { expectWholeIndex } from './durability/killed-index.js'

test('an index of LanceDB that is killed again and again holds each chunk once', async () => {
  await expectWholeIndex(
    (path) => ({ use: 'lance.vectors', path }),
    (folder, path) => LanceVectorStore.open({ path: join(folder, path) }),
  )
})
