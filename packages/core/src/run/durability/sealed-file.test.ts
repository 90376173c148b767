import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ProjectFolder } from '../../__fixtures__/project-folder.js'
import { noBlocks } from './kept-ledger.js'
import { readSealed, writeSealed } from './sealed-file.js'
import { readReceipt, writeReceipt } from './stage-receipts.js'

/** The content with one bit of each byte changed, and cut at every length. */
function* damaged(whole: Buffer): Generator<readonly [where: string, content: Buffer]> {
  for (let at = 0; at < whole.length; at++) {
    yield [`cut at byte ${at}`, whole.subarray(0, at)]
    const content = Buffer.from(whole)
    content[at] = (whole[at] as number) ^ (1 << (at % 8))
    yield [`byte ${at} changed`, content]
  }
}

test('a sealed file that is cut at any byte, or has any byte changed, is damaged', async () => {
  const path = new ProjectFolder().file('state.json')
  expect(readSealed(path)).toBeUndefined()
  const state = { name: 'Zoë \ufffd 漢字', rows: 12, nested: { list: [0, null, 'a"b'] } }
  await writeSealed(path, state)
  const whole = readFileSync(path)
  for (const [where, content] of damaged(whole)) {
    writeFileSync(path, content)
    expect(readSealed(path), where).toBe('damaged')
  }
  writeFileSync(path, whole)
  expect(readSealed(path)).toEqual(state)
})

test('a receipt does not stand for a step file that is cut at any byte, or has any byte changed', async () => {
  const folder = new ProjectFolder({ 'part-00000.jsonl': '{"id":"a","row":{"n":1}}\n{"id":"ü","row":{"n":2}}\n' })
  const receipt = { parts: {}, file: 'part-00000.jsonl', counts: {}, rejects: {}, ledger: noBlocks, usage: [] }
  await writeReceipt(folder.path, receipt)
  const path = join(folder.path, receipt.file)
  const whole = readFileSync(path)
  for (const [where, content] of damaged(whole)) {
    writeFileSync(path, content)
    expect(await readReceipt(folder.path), where).toHaveProperty('fault')
  }
  writeFileSync(path, whole)
  expect(await readReceipt(folder.path)).toHaveProperty('receipt')
})

test('a sealed file that cannot be read counts as damaged, not as one that was never written', () => {
  const folder = new ProjectFolder()
  const path = folder.file('state.json')
  expect(readSealed(path)).toBeUndefined()
  mkdirSync(path)
  expect(readSealed(path)).toBe('damaged')
})
