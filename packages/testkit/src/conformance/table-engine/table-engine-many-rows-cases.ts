import assert from 'node:assert/strict'
import { run, type TableEngineSubject } from './table-engine-subject.js'

const size = 300
/** Rows whose numbers are mixed up. Each text occurs twice, more than a hundred rows apart. */
const many = Array.from({ length: size }, (_, at) => ({
  n: (at * 77 + 5) % size,
  text: `text ${at % (size / 2)}`,
  kind: at % 2 === 0 ? 'x' : 'y',
}))
const every = many.map((row, at) => ({ ...row, id: `r${at + 1}` }))

/** The rules for more rows than an engine may look at in one go. */
export const tableManyRowsCases = {
  async 'statements over many rows treat all of them alike'(subject: TableEngineSubject) {
    const idsAfter = async (statement: Parameters<typeof run>[2][number]) => (await run(subject, many, [statement])).ids
    const filtered = await idsAfter({ kind: 'filter', where: 'n > 99' })
    assert.deepEqual(
      filtered,
      every.filter(({ n }) => n > 99).map(({ id }) => id),
      'a filter',
    )
    const sorted = await idsAfter({ kind: 'sort', by: [{ column: 'n' }] })
    assert.deepEqual(
      sorted,
      every.toSorted((one, other) => one.n - other.n).map(({ id }) => id),
      'a sort',
    )
    const limited = await idsAfter({ kind: 'limit', count: 120, offset: 150 })
    assert.deepEqual(
      limited,
      every.slice(150, 270).map(({ id }) => id),
      'a limit',
    )
    const firsts = await idsAfter({ kind: 'dedupe', by: ['text'], keep: 'first' })
    assert.deepEqual(new Set(firsts), new Set(every.slice(0, size / 2).map(({ id }) => id)), 'a dedupe')
    const values = { count: 'count(*)', total: 'sum(n)' }
    const groups = await run(subject, many, [{ kind: 'aggregate', by: ['text'], values }])
    assert.equal(groups.ids.length, size / 2, 'an aggregate')
    assert.ok(
      groups.rows.every(({ count }) => Number(count) === 2),
      'a group holds the rows of all parts of the table',
    )
    const window = await run(subject, many, [{ kind: 'window', by: ['kind'], orderBy: [{ column: 'n' }], values }])
    assert.equal(Math.max(...window.rows.map(({ count }) => Number(count))), size / 2, 'a window')
    const samples = await Promise.all([1, 2, 3, 4].map((seed) => idsAfter({ kind: 'sample', seed, count: 60 })))
    assert.ok(
      samples.flat().some((id) => Number(id.slice(1)) > size / 2),
      'a sample is of the first rows only',
    )
  },
}
