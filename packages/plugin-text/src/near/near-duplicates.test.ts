import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline, type Row } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { keptRows } from '../__fixtures__/kept-rows.js'
import type { NearDuplicate } from '../dedupe-near.js'
import plugin from '../plugin.js'
import { bandingFor, minHash, signatureLength, similarity } from './min-hash.js'
import { shinglesOf } from './shingles.js'
import { type IndexedText, readTextIndex, writeTextIndex } from './text-index.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-text-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

type Text = Row & {
  readonly id: string
  readonly text: string | null
  readonly worth?: number
}
interface Options {
  readonly threshold?: number
  readonly keep?: 'first' | 'longest'
  readonly score?: 'worth'
  readonly duplicates?: 'drop' | 'column'
  readonly index?: string
  readonly words?: number
}

async function deduped(rows: readonly Text[], options: Options = {}) {
  const out: Row[] = []
  const plugins = [plugin, keptRows(out)]
  const project = maestro({ plugins, directory: folder, logLevel: 'silent', run: { checks: 'strict', maxRejects: 5 } })
  try {
    const report = await project.run(
      pipeline('texts')
        .from(rows, { key: 'id' })
        .step('text.dedupe-near', { input: 'text', ...options } as { readonly input: 'text' })
        .write('test.kept', {}),
    )
    return { out, report, ids: out.map(({ id }) => id) }
  } finally {
    await project.dispose()
  }
}

const base =
  'the old harbor of the city has been used by merchants for more than a thousand years and its streets still follow the paths of that time while visitors come to see the sea'
const other =
  'a recipe for bread needs flour water salt and patience because the dough has to rest for a whole night before it goes into a very hot oven'
const chinese =
  '这座城市的历史是从一个小港口开始的商人们在一千多年以前就已经在这里做买卖了现在城里的许多街道还保留着当时的样子'

describe('text.dedupe-near', () => {
  test('keeps the first of texts that are almost the same, and says which ones it stands for', async () => {
    const { out, report, ids } = await deduped([
      { id: 'a', text: base },
      { id: 'b', text: other },
      { id: 'c', text: `${base} today` },
      { id: 'd', text: base.toUpperCase().replaceAll(' ', ',  ') },
      { id: 'e', text: chinese },
      { id: 'f', text: `${chinese}。` },
      { id: 'g', text: null },
    ])
    expect(ids).toEqual(['a', 'b', 'e'])
    const [first] = out.map(({ duplicates }) => duplicates as readonly NearDuplicate[])
    expect(first?.map(({ id }) => id)).toEqual(['c', 'd'])
    expect(first?.[0]?.similarity).toBeGreaterThan(0.8)
    expect(first?.[1]?.similarity).toBe(1)
    expect(report.steps[0]?.counts).toMatchObject({ rowsIn: 7, rowsOut: 3, merged: 3, rejected: 1 })
    expect(report.drops).toMatchObject([{ outcome: 'merged', rows: 3, rowId: 'c', into: 'a' }])
  })

  test('keeps the longest text, or the one with the best score', async () => {
    const rows = [
      { id: 'a', text: base, worth: 1 },
      { id: 'b', text: `${base} today`, worth: 1 },
      { id: 'c', text: base, worth: 2 },
    ]
    expect((await deduped(rows, { keep: 'longest' })).ids).toEqual(['b'])
    expect((await deduped(rows, { score: 'worth' })).ids).toEqual(['c'])
  })

  test('marks clusters instead of dropping rows', async () => {
    const rows = [
      { id: 'a', text: base },
      { id: 'b', text: other },
      { id: 'c', text: base },
    ]
    const { out } = await deduped(rows, { duplicates: 'column' })
    expect(out.map(({ cluster, similarity: share }) => [cluster, share])).toEqual([
      ['a', 1],
      ['b', 1],
      ['a', 1],
    ])
  })

  test('does not confuse short texts, texts without words, and empty ones', async () => {
    const texts = ['yes', 'no', 'yes', '!!!', '???', '', ' ', '是', '不', '👍', '👎']
    const { ids } = await deduped(texts.map((text, index) => ({ id: String(index), text })))
    expect(ids).toEqual(['0', '1', '3', '4', '5', '7', '8', '9', '10'])
  })

  test('compares new rows with those of earlier runs, and keeps the same rows if they come again', async () => {
    const index = 'state/texts.index'
    const first = [
      { id: 'a', text: base },
      { id: 'b', text: `${base} today` },
    ]
    expect((await deduped(first, { index })).ids).toEqual(['a'])
    const again = await deduped(first, { index })
    expect(again.ids).toEqual(['a'])
    expect(again.out[0]?.duplicates).toMatchObject([{ id: 'b' }])
    expect(again.report.drops).toMatchObject([{ outcome: 'merged', rowId: 'b', into: 'a' }])
    const later = await deduped(
      [
        { id: 'c', text: `${base} again` },
        { id: 'd', text: other },
      ],
      { index },
    )
    expect(later.ids).toEqual(['d'])
    expect(later.report.drops).toMatchObject([{ rowId: 'c', reason: 'near duplicate of a of an earlier run' }])
    expect((await deduped([{ id: 'e', text: other }], { index })).ids).toEqual([])
  })

  test('refuses an index that is damaged, foreign, outside, or of another size of sequences', async () => {
    const index = 'texts.index'
    const rows = [{ id: 'a', text: base }]
    await deduped(rows, { index })
    await expect(deduped(rows, { index, words: 3 })).rejects.toThrow('words: 5')
    const path = join(folder, index)
    const bytes = readFileSync(path)
    for (const at of [0, 30, bytes.length - 1]) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 1
      writeFileSync(path, changed)
      await expect(deduped(rows, { index })).rejects.toMatchObject({ code: 'MAESTRO_TEXT_INDEX' })
    }
    writeFileSync(path, bytes.subarray(0, -3))
    await expect(deduped(rows, { index })).rejects.toThrow('damaged')
    await expect(deduped(rows, { index: '../x.index' })).rejects.toMatchObject({
      code: 'MAESTRO_STORAGE_PATH_OUTSIDE',
    })
  })
})

test('an index of any size is read and written in pieces', async () => {
  const path = join(folder, 'texts.index')
  const text = (n: number) => ({ id: `t${n}`, signature: new Uint32Array(signatureLength).fill(n) })
  async function* texts() {
    for (let n = 0; n < 10_000; n++) yield text(n)
  }
  await writeTextIndex(path, path, { words: 5 }, texts())
  expect(await Array.fromAsync(readTextIndex(path, path, { words: 5 }))).toEqual(await Array.fromAsync(texts()))
  // A file that is held in memory would come to its end.
  const found: IndexedText[] = []
  const readAndCut = async () => {
    for await (const one of readTextIndex(path, path, { words: 5 })) {
      if (found.push(one) === 1) truncateSync(path, 3_000_000)
    }
  }
  await expect(readAndCut()).rejects.toThrow('damaged')
  expect(found.length).toBeGreaterThan(1000)
  expect(found.length).toBeLessThan(10_000)
})

describe('the estimate', () => {
  const words = Array.from({ length: 400 }, (_, index) => `word${index}`)
  const signature = (text: string) => {
    const target = new Uint32Array(signatureLength)
    minHash(text, 5, target)
    return target
  }

  test.each([0.3, 0.5, 0.7, 0.8, 0.9])('is near the Jaccard similarity of about %f', (share) => {
    const changed = Math.round(((1 - share) / (1 + share)) * words.length)
    const others = Array.from({ length: changed }, (_, index) => `x${index}`)
    const [one, two] = [words.join(' '), [...words.slice(0, words.length - changed), ...others].join(' ')]
    expect(
      Math.abs(similarity(signature(one), signature(two)) - exact(shinglesOf(one, 5), shinglesOf(two, 5))),
    ).toBeLessThan(0.12)
  })

  test.each([0.5, 0.7, 0.8, 0.9, 1])('the bands miss at most 2 %% of the pairs at the threshold %f', (threshold) => {
    const { bands, rows } = bandingFor(threshold)
    expect((1 - threshold ** rows) ** bands).toBeLessThanOrEqual(0.02)
    expect(bands * rows).toBeLessThanOrEqual(signatureLength)
  })
})

function exact(one: ReadonlySet<number>, two: ReadonlySet<number>): number {
  const common = [...one].filter((shingle) => two.has(shingle)).length
  return common / (one.size + two.size - common)
}

test('finds the same as a comparison of all pairs, in a seeded set with planted near duplicates', async () => {
  let state = 7
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  const pick = () => `w${Math.floor(random() * 3000)}`
  const rows: Text[] = []
  for (let document = 0; document < 150; document++) {
    const text = Array.from({ length: 80 + Math.floor(random() * 100) }, pick)
    rows.push({ id: `d${document}`, text: text.join(' ') })
    // A copy with one more word is far above 0.8, and a copy with many changed words is far below.
    if (document % 3 === 0) rows.push({ id: `n${document}`, text: [...text, pick()].join(' ') })
    const changed = text.map((word) => (random() < 0.3 ? pick() : word))
    if (document % 5 === 0) rows.push({ id: `f${document}`, text: changed.join(' ') })
  }
  const sets = rows.map(({ text }) => shinglesOf(text ?? '', 5))
  const expected = rows.filter((_, index) => !sets.slice(0, index).some((set) => exact(set, sets[index] ?? set) >= 0.8))
  expect((await deduped(rows)).ids).toEqual(expected.map(({ id }) => id))
  expect(expected).toHaveLength(180)
})
