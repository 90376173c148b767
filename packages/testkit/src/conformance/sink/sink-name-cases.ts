import type { Row } from '@maestro-dataflow/core'
import { oddNames } from '../../fuzz/odd-values.js'
import { watch } from '../outcomes.js'
import { assertVisible } from './sink-cases.js'
import type { SinkSubject } from './sink-subject.js'

/** The rule for the names of columns. A sink may refuse a name, but it must not change it. */
export const sinkNameCases = {
  async 'columns with unusual names are read back, or refused'(subject: SinkSubject) {
    const names = oddNames.filter((name) => subject.suite.rows.every((row) => !Object.hasOwn(row, name)))
    if (await isKept(subject, names)) return
    for (const name of names) await isKept(subject, [name])
  },
}

/** Writes rows with further columns. @returns whether the sink accepts them */
async function isKept(subject: SinkSubject, names: readonly string[]): Promise<boolean> {
  const more = Object.fromEntries(names.map((name, index) => [name, `text ${index}`]))
  const rows = subject.suite.rows.map((row): Row => ({ ...row, ...more }))
  const place = subject.fresh()
  const ran = await watch(subject.run(place, rows)).outcome
  if ('error' in ran || ran.value.counts.rejected > 0) return false
  await assertVisible(subject, place, rows, `with the columns ${names.join(', ')}`)
  return true
}
