import { describe, expect, test } from 'vitest'
import { failure, temporaryProject } from './__fixtures__/temporary-project.js'
import { toUtf8 } from './decode-text.js'

const { write, rows, copy } = temporaryProject()
const rowsText = '{"a":"Über 漢字 🎉"}\n{"a":"two"}\n'
const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16()

async function decode(bytes: Buffer, encoding: string | undefined, size: number): Promise<Buffer> {
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  const parts: Buffer[] = []
  for await (const part of toUtf8(chunks(), encoding)) parts.push(part)
  return Buffer.concat(parts)
}

describe('toUtf8', () => {
  const cases: [string, Buffer, string | undefined, string][] = [
    ['plain', Buffer.from('é漢🎉'), undefined, 'é漢🎉'],
    ['UTF-8 mark', Buffer.from('\ufeffé'), undefined, 'é'],
    ['UTF-8 mark, encoding given', Buffer.from('\ufeffé'), 'utf-8', 'é'],
    ['only the first mark goes', Buffer.from('\ufeff\ufeffa'), undefined, '\ufeffa'],
    ['UTF-16LE by its mark', Buffer.from('\ufeffé漢🎉\n', 'utf16le'), undefined, 'é漢🎉\n'],
    ['UTF-16BE by its mark', utf16be('\ufeffé漢🎉\n'), undefined, 'é漢🎉\n'],
    ['UTF-16LE without mark', Buffer.from('é漢🎉', 'utf16le'), 'utf-16le', 'é漢🎉'],
    ['U+FFFD of its own', Buffer.from('a\ufffdb', 'utf16le'), 'utf-16le', 'a\ufffdb'],
    ['gb18030', Buffer.from([0xc4, 0xe3, 0xba, 0xc3, 0x0a]), 'gb18030', '你好\n'],
    ['shift_jis', Buffer.from([0x83, 0x65, 0x83, 0x58, 0x83, 0x67, 0x5c]), 'shift_jis', 'テスト\\'],
    ['latin1 as the web reads it', Buffer.from([0x80, 0xe9]), 'latin1', '€é'],
    ['one byte', Buffer.from('a'), undefined, 'a'],
    ['nothing', Buffer.alloc(0), undefined, ''],
  ]

  test.each(cases)('%s', async (_name, bytes, encoding, expected) => {
    for (const size of [1, 2, 3, 1000]) expect((await decode(bytes, encoding, size)).toString()).toBe(expected)
  })

  test('wrong bytes stay wrong', async () => {
    for (const [bytes, encoding] of [
      [[0x41, 0x81, 0x0a, 0x42], 'gb18030'],
      [[0x41, 0x81, 0x0a, 0x42], 'shift_jis'],
      [[0x41, 0x00, 0x00, 0xd8, 0x0a, 0x00, 0x42, 0x00], 'utf-16le'],
    ] as const) {
      for (const size of [1, 3, 100]) {
        expect([...(await decode(Buffer.from(bytes), encoding, size))]).toEqual([0x41, 0xff, 0x0a, 0x42])
      }
    }
    expect([...(await decode(Buffer.from([0x41, 0x00, 0x42]), 'utf-16le', 1))]).toEqual([0x41, 0xff])
  })
})

test('every text format reads every encoding', async () => {
  write('in.jsonl', Buffer.from(`\ufeff${rowsText}`, 'utf16le'))
  expect((await rows({ path: 'in.jsonl' })).rows).toEqual([{ a: 'Über 漢字 🎉' }, { a: 'two' }])
  write('in.json', utf16be('[{"a":"漢"}]'))
  expect((await rows({ path: 'in.json', encoding: 'utf-16be' })).rows).toEqual([{ a: '漢' }])
  write('in.csv', Buffer.from([0x61, 0x0a, 0xc4, 0xe3, 0x0a, 0xff, 0x0a, 0xba, 0xc3]))
  const { rows: found, rejects } = await rows({ path: 'in.csv', encoding: 'gbk' })
  expect(found).toEqual([{ a: '你' }, { a: '好' }])
  expect(rejects).toEqual([['in.csv:3', expect.stringMatching(/not valid text/)]])
  write('in.md', Buffer.from('\ufeff# 漢\n', 'utf16le'))
  expect((await rows({ path: 'in.md' })).rows).toEqual([{ path: 'in.md', text: '# 漢\n' }])
})

test('an unknown encoding is a fault of the plan', async () => {
  write('in.csv', 'a\n')
  const error = await failure(copy({ path: 'in.csv', encoding: 'klingon' }, { path: 'out.jsonl' }))
  expect(error).toMatchObject({ details: { errors: [{ code: 'MAESTRO_PIPELINE_OPTIONS' }] } })
})
