import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { connect } from '@lancedb/lancedb'
import { describe, expect, test } from 'vitest'
import { circle, errorOf, StoreFolder } from './__fixtures__/store-folder.js'
import { WriteLock } from './write-lock.js'

const at = (degrees: number) => {
  const angle = (2 * Math.PI * degrees) / 360
  return Float32Array.of(Math.cos(angle), Math.sin(angle))
}

describe('the settings of an existing store', () => {
  test('cannot be opened with other settings', async () => {
    const folder = new StoreFolder()
    const store = await folder.open({ metric: 'dot' })
    await store.addVectors(circle(3))
    expect(await errorOf(() => folder.open({ metric: 'l2' }))).toMatchObject({
      code: 'MAESTRO_VECTORS_SETTINGS',
      message: `${folder.file('kb')} was created with metric dot, but the config says l2.`,
    })
    const error = await errorOf(() => folder.open({ metric: 'dot', dimensions: 3 }))
    expect(error.message).toContain('was created with dimensions 2, but the config says 3')
    // A new one holds to what it was told, too.
    const other = await folder.open({ path: folder.file('other'), dimensions: 3 })
    expect((await errorOf(() => other.addVectors(circle(1)))).code).toBe('MAESTRO_VECTORS_DIMENSION')
  })

  test('may be learnt from another that was open at the same time', async () => {
    const folder = new StoreFolder()
    const [first, second] = [await folder.open(), await folder.open()]
    await first.addVectors(circle(3))
    await second.search([{ vector: at(0), k: 1 }])
    expect(second.dimensions).toBe(2)
    await second.addVectors(circle(1, 3), { model: 'minilm' })
    await first.count()
    expect([first.model, await first.count()]).toEqual(['minilm', 4])
    const error = await errorOf(() => first.addVectors(circle(1), { model: 'bge' }))
    expect(error.code).toBe('MAESTRO_VECTORS_MODEL')
  })
})

describe('a folder', () => {
  test('is not made before there are vectors', async () => {
    const folder = new StoreFolder()
    const store = await folder.open()
    expect(await store.search([{ vector: at(0), k: 1 }])).toEqual([[]])
    expect(await store.delete(['x'])).toBe(0)
    await store.compact()
    expect(readdirSync(folder.path).flatMap((name) => readdirSync(folder.file(name)))).toEqual([])
  })

  test('that holds something else is refused and left as it is', async () => {
    const folder = new StoreFolder()
    const connection = await connect(folder.file('kb'))
    await connection.createTable('vectors', [{ id: 1, vector: [1, 2] }])
    expect(await errorOf(() => folder.open())).toMatchObject({
      code: 'MAESTRO_LANCE_OPEN',
      message: expect.stringContaining('its table "vectors" was created by another program'),
    })
    writeFileSync(folder.file('file'), 'no folder')
    expect((await errorOf(() => folder.open({ path: folder.file('file/kb') }))).code).toBe('MAESTRO_LANCE_OPEN')
  })

  test('that is damaged is refused', async () => {
    const folder = new StoreFolder()
    await (await folder.open()).addVectors(circle(3))
    const versions = join(folder.file('kb'), 'vectors.lance/_versions')
    for (const name of readdirSync(versions)) writeFileSync(join(versions, name), 'damaged')
    expect((await errorOf(() => folder.open())).code).toBe('MAESTRO_LANCE_OPEN')
  })

  test('whose data went away while it was open', async () => {
    const folder = new StoreFolder()
    const store = await folder.open()
    await store.addVectors(circle(3))
    const data = join(folder.file('kb'), 'vectors.lance/data')
    for (const name of readdirSync(data)) writeFileSync(join(data, name), '')
    const error = await errorOf(() => store.search([{ vector: at(0), k: 1 }]))
    expect(error).toMatchObject({ code: 'MAESTRO_LANCE_FAILED', details: { work: 'search' } })
  })
})

describe('several who write', () => {
  test('a process that is killed leaves all of a call or nothing of it', async () => {
    const folder = new StoreFolder()
    const path = JSON.stringify(folder.file('kb'))
    const code = `import { LanceVectorStore } from '@maestro-dataflow/plugin-lance'
      const store = await LanceVectorStore.open({ path: ${path} })
      for (let call = 0; ; call++) {
        await store.addVectors(Array.from({ length: 50 }, (_, n) => ({ id: call + '.' + n, vector: Float32Array.of(1, n) })))
        process.stdout.write('.')
      }`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let done = 0
    for await (const dots of child.stdout) {
      done += String(dots).length
      if (done >= 5) child.kill('SIGKILL')
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close')
    const store = await folder.open()
    const count = await store.count()
    expect(count % 50).toBe(0)
    expect(count).toBeGreaterThanOrEqual(50 * done)
    await store.addVectors(circle(3))
    expect(await store.count()).toBe(count + 3)
  })

  test('wait for each other, and not for ever', async () => {
    const folder = new StoreFolder()
    mkdirSync(folder.file('kb'))
    const path = folder.file('kb/writing.lock')
    const holder = new DatabaseSync(path)
    holder.exec('BEGIN IMMEDIATE')
    expect(await errorOf(() => new WriteLock(path, 0.02).hold(async () => 1))).toMatchObject({
      code: 'MAESTRO_LANCE_BUSY',
      retryable: true,
    })
    const waiting = new WriteLock(path, 60).hold(async () => 2)
    holder.close()
    expect(await waiting).toBe(2)
  })
})

describe.each(['ivf', 'hnsw'] as const)('an index of kind %s', (index) => {
  const options = { index, indexFrom: 600 } as const
  const indices = async (folder: StoreFolder) => {
    const table = await (await connect(folder.file('kb'))).openTable('vectors')
    return (await table.listIndices()).map(({ name }) => name).sort()
  }

  test('is made when it is worth it, and found again', async () => {
    const folder = new StoreFolder()
    const store = await folder.open(options)
    await store.addVectors(circle(500))
    await store.search([{ vector: at(0), k: 1 }])
    expect(await indices(folder)).toEqual([])
    await store.addVectors(circle(500, 500))
    const [matches] = await store.search([{ vector: at(90), k: 3, filter: { even: true } }])
    expect(matches?.map(({ id }) => id)).toContain('250')
    expect(await indices(folder)).toContain('vector_idx')
    const later = await folder.open(options)
    expect((await later.search([{ vector: at(45), k: 1 }]))[0]?.map(({ id }) => id)).toEqual(['125'])
  })

  test('later vectors are found at once, and are added to the index', async () => {
    const folder = new StoreFolder()
    const store = await folder.open(options)
    await store.addVectors(circle(900))
    await store.compact()
    for (const size of [5, 95]) {
      const from = size === 5 ? 900 : 905
      await store.addVectors(circle(size, from))
      const last = from + size - 1
      const [matches] = await store.search([{ vector: at((360 * last) / 1000), k: 1 }])
      expect(matches?.map(({ id }) => id)).toEqual([String(last)])
    }
    const table = await (await connect(folder.file('kb'))).openTable('vectors')
    expect(await table.indexStats('vector_idx')).toMatchObject({ numUnindexedRows: 0 })
  })

  test('a query that asks for very many, or is all zeros, is answered exactly', async () => {
    const store = await new StoreFolder().open(options)
    await store.addVectors([...circle(999), { id: '999', vector: new Float32Array(2) }])
    const [many, zero] = await store.search([
      { vector: at(0), k: 1000 },
      { vector: new Float32Array(2), k: 5 },
    ])
    expect(new Set(many?.map(({ id }) => id)).size).toBe(1000)
    expect(zero?.map(({ score }) => score)).toEqual([0, 0, 0, 0, 0])
  })
})

test('many small writes are put together', async () => {
  const folder = new StoreFolder()
  const store = await folder.open()
  for (let n = 0; n < 70; n++) await store.addVectors(circle(1, n))
  const table = await (await connect(folder.file('kb'))).openTable('vectors')
  expect((await table.stats()).fragmentStats.numFragments).toBeLessThan(10)
  await store.compact()
  await table.checkoutLatest()
  expect((await table.stats()).fragmentStats.numFragments).toBe(1)
})
