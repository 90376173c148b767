import { describe, expect, test } from 'vitest'
import { failure } from './__fixtures__/temporary-project.js'
import { delimitedEncoder } from './encode-delimited.js'
import { rowToJson } from './json-value.js'

const date = new Date('2024-01-02T03:04:05.678Z')

test('values that JSON lacks have a form that it has', () => {
  const row = {
    date,
    big: 12345678901234567890n,
    bytes: new Uint8Array([255, 0]),
    buffer: Buffer.from([255, 0]),
    vector: new Float32Array([0.5, 1]),
    deep: [{ date, bytes: Buffer.from('a') }],
    missing: undefined,
    none: null,
    text: '漢🎉{{x}}',
  }
  expect(rowToJson(row, 'r')).toBe(
    '{"date":"2024-01-02T03:04:05.678Z","big":12345678901234567890,"bytes":"/wA=","buffer":"/wA=","vector":[0.5,1],' +
      '"deep":[{"date":"2024-01-02T03:04:05.678Z","bytes":"YQ=="}],"none":null,"text":"漢🎉{{x}}"}',
  )
  const encoder = delimitedEncoder('out.csv', undefined, false, { delimiter: ',' })
  const cells = encoder.encode({ ids: ['r'], rows: [row] }) + encoder.end()
  expect(cells.split('\n')[1]).toBe(
    '2024-01-02T03:04:05.678Z,12345678901234567890,/wA=,/wA=,"[0.5,1]",' +
      '"[{""date"":""2024-01-02T03:04:05.678Z"",""bytes"":""YQ==""}]",,,漢🎉{{x}}',
  )
})

test('__proto__ is a column like any other', () => {
  const row = JSON.parse('{"__proto__":{"a":1},"b":[1]}')
  expect(rowToJson(row, 'r')).toBe('{"__proto__":{"a":1},"b":[1]}')
})

describe('values that JSON cannot express are refused with column and row', () => {
  const circle: unknown[] = []
  circle.push(circle)
  test.each([
    ['NaN', Number.NaN],
    ['deep Infinity', [{ a: Number.POSITIVE_INFINITY }]],
    ['a date that is none', new Date(Number.NaN)],
    ['a function', () => 1],
    ['a Map', new Map()],
    ['a circle', circle],
  ])('%s', async (_name, value) => {
    const error = await failure((async () => rowToJson({ id: 'x', c: value }, 'row-7'))())
    expect(error).toMatchObject({ code: 'MAESTRO_ROW_UNENCODABLE', details: { column: 'c' }, rowId: 'row-7' })
  })
})
