import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RecordBatch } from './record-batch.js'

test('records have their own numbers, whatever is left out between them', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('row', 'named', 'broken', 'blank')), fc.nat(100), (kinds, first) => {
      const batch = new RecordBatch('in:')
      const ids: string[] = []
      const broken: object[] = []
      for (const [index, kind] of kinds.entries()) {
        const number = first + index
        if (kind === 'row') batch.addNumber(number, { number })
        if (kind === 'named') batch.add(`own:${number}`, { number })
        if (kind === 'broken') batch.reject(`in:${number}`, '{', 'it is broken')
        if (kind === 'broken') broken.push({ id: `in:${number}`, after: ids.length })
        if (kind === 'row' || kind === 'named') ids.push(kind === 'row' ? `in:${number}` : `own:${number}`)
      }
      const taken = batch.take()
      expect(taken.ids).toEqual(ids)
      expect(taken.rows.map(({ number }) => number)).toEqual(ids.map((id) => Number(id.split(':')[1])))
      expect((taken.rejects ?? []).map(({ id, after }) => ({ id, after }))).toEqual(broken)
    }),
  )
})
