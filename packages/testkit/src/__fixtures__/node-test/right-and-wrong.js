// Run by describe-suites.test.ts with `node --test`: one suite that must pass, and one that must fail.
import { defineOperator } from '@maestro-dataflow/core'
import { describeOperator } from '@maestro-dataflow/testkit/node'

const operator = (name, run) =>
  defineOperator({ name, kind: 'map', options: {}, adds: { loud: 'string' }, reads: () => ['text'], create: () => run })
const rows = [{ text: 'a' }]

describeOperator(
  operator('acme.right', (row) => ({ ...row, loud: String(row.text ?? '').toUpperCase() })),
  { rows, title: 'a right operator', skip: { 'it accepts an empty input': 'to see it printed' } },
)
describeOperator(
  operator('acme.wrong', (row) => ({ ...row, loud: row.text.toUpperCase() })),
  { rows, title: 'a wrong operator' },
)
