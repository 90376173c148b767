import fc from 'fast-check'
import { expect } from 'vitest'
import { cases, options } from './agrees.js'
import { Choices } from './choices.js'
import { cellOf, isOneKey } from './reference.js'
import type { Start, valuesProject } from './starts.js'
import type { Table } from './tables.js'

type Project = ReturnType<typeof valuesProject>

/** Rows with equal keys get into one part, which is the same whatever the start is. */
export async function splitsAlike(project: Project, tables: fc.Arbitrary<Table>, start: Start): Promise<void> {
  const same = project.ofRows['rows in code']
  const chosen = fc.tuple(cases(tables, start), fc.array(fc.nat(99), { minLength: 3 }))
  await fc.assert(
    fc.asyncProperty(chosen, async ([table, numbers]) => {
      const { names, rows, types } = table
      const by = new Choices(numbers).some(names)
      const step = {
        use: 'table.split',
        options: { parts: { a: 1, b: 1, c: 2 }, by, output: 'part_', seed: numbers[0] },
      }
      const partsFrom = async (from: Start) =>
        (await project.run(await from.build(table), [{ ...step, apply: () => [] }])).map(({ part_ }) => part_)
      const parts = await partsFrom(start)
      const hasKey = rows.map((row) => by.some((name) => (cellOf(row, name) ?? null) !== null))
      const place = rows.findIndex((row, at) =>
        rows.some((other, index) => hasKey[at] && isOneKey(row, other, by, types) && parts[at] !== parts[index]),
      )
      expect(place).toBe(-1)
      expect(parts).toHaveLength(rows.length)
      const decimal = by.some((name) => types[name] === 'decimal')
      if (same === undefined || decimal) return
      const others = await partsFrom(same)
      expect(parts.filter((_, at) => hasKey[at])).toEqual(others.filter((_, at) => hasKey[at]))
    }),
    options(),
  )
}
