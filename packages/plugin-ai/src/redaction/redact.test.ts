import { pipeline } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import { scriptedServing } from '@maestro-dataflow/testkit'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import ai from '../plugin.js'
import { findByRules } from './find-by-rules.js'
import { type PersonalDataType, ruleTypes } from './personal-data.js'
import { Redactor, type RedactorOptions } from './redact.js'

const all = new Set<PersonalDataType>(ruleTypes)
const found = (text: string) => findByRules(text, all).map(({ type, start, end }) => [type, text.slice(start, end)])

describe('rules', () => {
  test.each<[string, readonly (readonly [string, string])[]]>([
    ['Write to ann.lee+x@mail.example.org, please', [['email', 'ann.lee+x@mail.example.org']]],
    ['He said "no": "ann lee"@example.org, and "@home.org', [['email', '"ann lee"@example.org']]],
    [
      '请联系 张三@例子.公司 或 13812345678。',
      [
        ['email', '张三@例子.公司'],
        ['phone', '13812345678'],
      ],
    ],
    [
      'Call +46 8 123 456 78 or (020) 7946-0958',
      [
        ['phone', '+46 8 123 456 78'],
        ['phone', '(020) 7946-0958'],
      ],
    ],
    ['Konto GB82 WEST 1234 5698 7654 32!', [['iban', 'GB82 WEST 1234 5698 7654 32']]],
    ['Card 4111 1111 1111 1111 ok', [['card', '4111 1111 1111 1111']]],
    ['SSN 123-45-6789', [['us-ssn', '123-45-6789']]],
    [
      'From 192.168.0.10 and 2001:0db8:0000:0000:0000:ff00:0042:8329',
      [
        ['ip', '192.168.0.10'],
        ['ip', '2001:0db8:0000:0000:0000:ff00:0042:8329'],
      ],
    ],
    ['postgres://bob:word@db.example.com/x', [['credentials', 'postgres://bob:word@db.example.com/x']]],
    ['身份证 11010519491231002X', [['china-id', '11010519491231002X']]],
  ])('%s', (text, pieces) => expect(found(text)).toEqual(pieces))

  test.each([
    'GB82 WEST 1234 5698 7654 33 has a wrong check',
    '4111 1111 1111 1112 is no card, 1234567890123 neither',
    '110105194912310021 is no id',
    'On 2026-11-26 version 10.2.300.4 cost 1 250 000 kronor, 999.999.1.1',
    'Chapter 12.3.4, pages 100-120',
  ])('leave alone: %s', (text) => expect(found(text)).toEqual([]))

  test('pieces never overlap, lie in the text, and come in order', () => {
    const bits = fc.constantFrom(
      'a@b.co',
      ' 4111111111111111',
      '192.168.0.1',
      'x',
      ' ',
      '+46701234567',
      '。',
      '😀',
      '-',
    )
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 30 }), (parts) => {
        const text = parts.join('')
        let place = 0
        for (const { start, end } of findByRules(text, all)) {
          expect(start >= place && end > start && end <= text.length).toBe(true)
          place = end
        }
      }),
    )
  })
})

async function redacted(text: string, options: Partial<RedactorOptions> = {}) {
  const storage = new MemoryStorage([{ text }])
  await new Redactor({ input: 'text', method: 'rules', ...options }).run(storage)
  return (await storage.rows())[0]
}

describe('replacements', () => {
  const text = 'a@b.org, A@B.org and c@d.org'
  test.each<[string, Partial<RedactorOptions>, string | RegExp]>([
    ['placeholders, the same for the same value', {}, '[EMAIL_1], [EMAIL_1] and [EMAIL_2]'],
    ['stars', { replace: 'mask' }, '*@*.***, *@*.*** and *@*.***'],
    ['nothing', { replace: 'remove' }, ',  and '],
    [
      'hashes',
      { replace: 'hash', salt: 'of my own' },
      /^\[EMAIL_[0-9a-f]{12}\], \[EMAIL_[0-9a-f]{12}\] and \[EMAIL_[0-9a-f]{12}\]$/,
    ],
  ])('%s', async (_what, options, expected) => {
    expect((await redacted(text, options))?.text).toEqual(
      typeof expected === 'string' ? expected : expect.stringMatching(expected),
    )
  })

  test('hashes of another salt are others', async () => {
    const [one, other] = await Promise.all(['x', 'y'].map((salt) => redacted('a@b.org', { replace: 'hash', salt })))
    expect(one?.text).not.toBe(other?.text)
  })

  test('a finding states its place, and not the text', async () => {
    const row = await redacted('Mail a@b.org')
    expect(row).toEqual({ text: 'Mail [EMAIL_1]', text_found: [{ type: 'email', start: 5, end: 12 }] })
    expect(JSON.stringify(row)).not.toContain('a@b.org')
  })

  test('only the kinds that are wanted', async () => {
    expect((await redacted('a@b.org 192.168.0.1', { types: ['ip'] }))?.text).toBe('a@b.org [IP_1]')
  })
})

test('a number that was recognised once is taken out wherever it stands', async () => {
  const row = await redacted('Call 912 345 678. Later he wrote 912345678 and 912-345-678 on the wall.')
  expect(row?.text).toBe('Call [PHONE_1]. Later he wrote [PHONE_1] and [PHONE_1] on the wall.')
})

test('national numbers of the countries that are named', async () => {
  expect((await redacted('090-1234-5678', { regions: ['JP'] }))?.text).toBe('[PHONE_1]')
  expect((await redacted('090-1234-5678', { regions: ['US'] }))?.text).toBe('090-1234-5678')
  await expect(redacted('x', { regions: ['Estonia'] })).rejects.toMatchObject({ code: 'MAESTRO_AI_OPTIONS' })
})

describe('with a model', () => {
  const said = (...named: readonly (readonly [string, string])[]) =>
    JSON.stringify({ found: named.map(([type, text]) => ({ type, text })) })

  test('names and addresses are found everywhere, and a finding that is not in the text is ignored', async () => {
    const serving = scriptedServing([
      said(['person', 'Ann Lee'], ['person', 'Nobody'], ['organization', '长城公司'], ['person', '']),
    ])
    const row = await redacted('Ann Lee of 长城公司 (ann@x.org) wrote to Ann Lee.', { method: 'both', serving })
    expect(row?.text).toBe('[PERSON_1] of [ORGANIZATION_1] ([EMAIL_1]) wrote to [PERSON_1].')
  })

  test('whole words, in any capitals and spacing, everywhere in the text', async () => {
    const serving = scriptedServing([said(['person', 'Ann Lee'], ['person', 'Ann'], ['person', 'Zoë O’Hara-Smith'])])
    const text = "Ann Lee met Anna. Signed: ANN  LEE, ann\nlee; zoë o'hara‑smith was there. Leeds, Annabel."
    expect((await redacted(text, { method: 'both', serving }))?.text).toBe(
      '[PERSON_1] met Anna. Signed: [PERSON_1], [PERSON_1]; [PERSON_2] was there. Leeds, Annabel.',
    )
  })

  test('scripts without spaces between words have no word borders', async () => {
    const serving = scriptedServing([said(['person', '王小明'])])
    expect((await redacted('昨天王小明来了，王小明的电话不通。', { method: 'both', serving }))?.text).toBe(
      '昨天[PERSON_1]来了，[PERSON_1]的电话不通。',
    )
  })

  test('a name from a model is a text, and not a pattern', async () => {
    const serving = scriptedServing([said(['person', '.*'], ['address', '(a|b)+'])])
    expect((await redacted('Nothing of it.', { method: 'both', serving }))?.text).toBe('Nothing of it.')
  })

  test('pieces that overlap go as one, so that no end of them stays', async () => {
    const serving = scriptedServing([said(['address', 'at ann@x.org, Main'], ['address', 'Main Street 5'])])
    const row = await redacted('She lives at ann@x.org, Main Street 5, they say.', { method: 'both', serving })
    expect(row?.text).toBe('She lives [ADDRESS_1], they say.')
  })

  test('is needed where it is asked for, and not by rules', () => {
    expect(() => new Redactor({ input: 'text' })).toThrow("except with method: 'rules'")
    expect(() => new Redactor({ input: 'text', types: ['email'] })).not.toThrow()
  })
})

test('in a pipeline: by rules no model need be configured, and the input may stay', async () => {
  const clean = pipeline('p')
    .from([{ text: 'Mail a@b.org' }])
    .step('ai.redact', { input: 'text', method: 'rules', output: 'clean' })
    .map((row) => ({ clean: row.clean, kinds: row.clean_found.map(({ type }) => type) }))
  expect(await Array.fromAsync(maestro({ plugins: [ai] }).rows(clean))).toEqual([
    { clean: 'Mail [EMAIL_1]', kinds: ['email'] },
  ])
})
