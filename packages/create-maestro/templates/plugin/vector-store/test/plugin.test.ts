import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describePlugin, describeVectorStore } from '@maestro-dataflow/testkit/vitest'
import { expect, test } from 'vitest'
import plugin, { FileVectors } from '../src/index.js'

describePlugin(plugin)

describeVectorStore(async ({ metric }) => {
  const folder = mkdtempSync(join(tmpdir(), 'acme-'))
  const path = join(folder, 'vectors.json')
  return {
    store: await FileVectors.open(path, metric),
    reopen: () => FileVectors.open(path, metric),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  }
})

test('a change that cannot be written changes nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'acme-'))
  const store = await FileVectors.open(join(folder, 'kb/vectors.json'), 'cosine')
  writeFileSync(join(folder, 'kb'), 'a file in the place of the folder')
  const record = { id: 'a', vector: Float32Array.of(1, 0) }
  await expect(store.addVectors([record])).rejects.toThrow()
  expect(await store.count()).toBe(0)
  await store.dispose()
  rmSync(folder, { recursive: true, force: true })
})
