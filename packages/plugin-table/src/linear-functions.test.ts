import { DuckDBInstance } from '@duckdb/node-api'
import { expect, onTestFinished, test } from 'vitest'
import { tableProject } from './__fixtures__/table-project.js'
import { makeLinear } from './engine/linear-functions.js'

const { fromLines, linesOf } = tableProject()

const hostile = JSON.stringify({ text: 'error'.repeat(8000) + 'in'.repeat(8000), p: '%error%in%line%' })
const good = JSON.stringify({ text: 'An ERROR\nin a line', p: '%in%a%' })

// Without the macros, each of these takes hours, and the engine cannot be stopped meanwhile.
test.each([
  ["text ILIKE '%error%in%line%'", [good]],
  ["text NOT ILIKE '%error%in%line%'", [hostile]],
  ["text LIKE '%E%R_R%i_%line%'", [good]],
  ["text LIKE '%R%i_%line%' ESCAPE '!'", [good]],
  ['text LIKE p', [good]],
  ['text NOT LIKE p', [hostile]],
  ["text GLOB '*R*in*[l-m]?ne*'", [good]],
])('one long text does not hold up the step: %s', async (where, kept) => {
  const { lines, rejects } = await linesOf(
    fromLines([hostile, good], { text: 'string', p: 'string' }).step('table.filter', { where } as never),
  )
  expect({ lines, rejects }).toEqual({ lines: kept, rejects: [] })
})

test.each(['levenshtein', 'editdist3', 'damerau_levenshtein'])(
  'a text that %s would compare for hours is rejected alone',
  async (name) => {
    const { lines, rejects } = await linesOf(
      fromLines([hostile, good], { text: 'string', p: 'string' }).step('table.filter', {
        where: `${name}(text, text || 'x') = 1`,
      } as never),
    )
    expect(lines).toEqual([good])
    expect(rejects.map(({ message }) => message)).toEqual([expect.stringContaining('would compare too long texts')])
  },
)

test('patterns match what they matched before', async () => {
  const instance = await DuckDBInstance.create(':memory:')
  const [plain, linear] = [await instance.connect(), await instance.connect()]
  onTestFinished(() => {
    plain.closeSync()
    linear.closeSync()
    instance.closeSync()
  })
  await makeLinear(linear)
  let seed = 7
  const pick = (from: readonly string[], length: number) =>
    Array.from({ length }, () => {
      seed = (seed * 1103515245 + 12345) % 2147483648
      return from[Math.floor((seed / 2147483648) * from.length)]
    }).join('')
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`
  const values = Array.from({ length: 1500 }, (_, n) => {
    const text = pick(['a', 'B', 'é', '.', '\\', '%', '_', '\n', '(', '!', '🙂'], n % 9)
    return `(${quoted(text)}, ${quoted(pick(['%', '%', '_', 'a', 'b', 'É', '.', '\\', '(', '\n', '🙂'], n % 7))}, ${quoted(
      `${pick(['%', '_', 'a', 'B', '!%', '!_', '!!', '.'], n % 6)}%`,
    )}, ${quoted(pick(['*', '*', '?', 'a', '[a-z]', '[!a]', '.', '(', '\\*'], n % 6))})`
  })
  const query = `SELECT a, b, c, d, a LIKE b, a NOT LIKE b, a ILIKE b, a NOT ILIKE b, a LIKE c ESCAPE '!',
      a NOT LIKE c ESCAPE '!', a ILIKE c ESCAPE '!', a NOT ILIKE c ESCAPE '!', a LIKE c ESCAPE '',
      regexp_replace(a, '[^ -~]', '', 'g') GLOB d, NULL LIKE b, a LIKE NULL
    FROM (VALUES ${values.join(',')}) v(a, b, c, d)`
  const rowsOf = async (connection: typeof plain) => (await connection.runAndReadAll(query)).getRows()
  const [before, after] = [await rowsOf(plain), await rowsOf(linear)]
  expect(after).toEqual(before)
  expect(before.filter((row) => row[4] === true).length).toBeGreaterThan(50)
})
