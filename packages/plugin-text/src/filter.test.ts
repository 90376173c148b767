import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { afterAll, describe, expect, test } from 'vitest'
import { keptRows } from './__fixtures__/kept-rows.js'
import plugin from './plugin.js'

const project = maestro({
  plugins: [plugin, keptRows([])],
  logLevel: 'silent',
  run: { checks: 'strict', maxRejects: 5 },
})
afterAll(() => project.dispose())

const paragraph =
  'The history of the city begins with a small harbor that merchants have used for more than a thousand years, and many of its streets still follow the paths of that time. Visitors who come to be near the sea often stay with families that rent out a room. In winter the wind is cold, but the museums are warm and open every day.'
const chinese =
  '这座城市的历史是从一个小港口开始的，商人们在一千多年以前就已经在这里做买卖了。现在城里的许多街道还保留着当时的样子，也有不少老房子变成了博物馆。冬天的风很冷，但是室内很暖和，每天都有很多客人来参观。他们喜欢和当地人一起喝茶，听老人讲以前的故事，然后在海边散步。'
const rows = [
  { id: 'good', text: paragraph },
  { id: 'chinese', text: chinese },
  { id: 'short', text: 'Too short.' },
  { id: 'lorem', text: `${paragraph} Lorem ipsum dolor sit amet.` },
  { id: 'code', text: `${paragraph} function () { return 1 }` },
  { id: 'repeated', text: Array.from({ length: 12 }, () => 'buy now and be happy with that').join('\n') },
  {
    id: 'french',
    text: "L'histoire de la ville commence avec un petit port que les marchands utilisent depuis longtemps.",
  },
  { id: 'missing', text: null },
]
const source = () => pipeline('texts').from(rows, { key: 'id' })

async function filtered(options: Record<string, unknown>) {
  const steps = source().step('text.filter', options as { input: 'text'; presets: ['gopher'] })
  const { steps: shown, rejects } = await project.preview(steps, rows.length)
  return { ids: shown.at(-1)?.rows.map(({ row }) => row.id), rejects: rejects.map(({ id }) => id) }
}

describe('text.filter', () => {
  test('keeps the texts that a preset accepts, in English and Chinese', async () => {
    expect(await filtered({ input: 'text', presets: ['gopher', 'gopher-repetition', 'c4', 'fineweb'] })).toEqual({
      ids: ['good', 'chinese'],
      rejects: ['missing'],
    })
  })

  test('applies limits of its own, and languages', async () => {
    expect(
      (await filtered({ input: 'text', limits: { loremIpsum: { max: 0 }, characters: { min: 50 } } })).ids,
    ).toEqual(['good', 'chinese', 'code', 'repeated', 'french'])
    expect((await filtered({ input: 'text', languages: ['fr', 'zh'] })).ids).toEqual(['chinese', 'french'])
  })

  test('says which measure dropped a row', async () => {
    const report = await project.run(
      source()
        .step('text.filter', { input: 'text', presets: ['gopher', 'gopher-repetition', 'c4'] })
        .write('test.kept', {}),
    )
    const reasons = (report.drops ?? []).map(({ rowId, reason }) => [rowId, reason])
    expect(reasons).toContainEqual(['short', 'words is 2, below 50 (gopher)'])
    expect(reasons).toContainEqual(['lorem', 'loremIpsum is 1, above 0 (c4)'])
    expect(reasons).toContainEqual(['code', 'curlyBrackets is 2, above 0 (c4)'])
  })

  test('reads measures that a step before has added, and does not read the text', async () => {
    const measures = ['words', 'loremIpsum', 'language'] as const
    const steps = source()
      .filter(({ text }) => text !== null)
      .step('text.measure', { input: 'text', measures: [...measures], prefix: 'q_' })
      .map(({ text: _, ...row }) => row)
      .step('text.filter', { prefix: 'q_', limits: { words: { min: 10 }, loremIpsum: { max: 0 } }, languages: ['en'] })
    const { steps: shown } = await project.preview(steps, rows.length)
    expect(shown.at(-1)?.rows.map(({ row }) => row.id)).toEqual(['good', 'code', 'repeated'])
  })

  test('refuses options that filter nothing, and limits that nothing meets', async () => {
    await expect(filtered({ input: 'text' })).rejects.toThrow('give `presets`, `limits`, or `languages`')
    await expect(filtered({ input: 'text', limits: { words: { min: 2, max: 1 } } })).rejects.toThrow('above')
    await expect(filtered({ input: 'text', limits: { wrods: { min: 2 } } })).rejects.toThrow('wrods')
  })
})
