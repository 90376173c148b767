import { defineErrors } from '@maestro-dataflow/core'

const short = (text: string): string => (text.length <= 80 ? text : `${text.slice(0, 79)}…`)
const lines = (items: readonly string[]): string => items.map((item) => `\n  - ${item}`).join('')

interface Unknown {
  readonly name: string
  readonly known: readonly string[]
  readonly suggestion?: string | undefined
}

const meant = (suggestion: string | undefined): string =>
  suggestion === undefined ? '' : `Did you mean "${suggestion}"? `

/** The errors of the test kit itself. They report an incomplete test, not a fault of the code under test. */
export const testkitErrors = {
  MAESTRO_TESTKIT_SCRIPT_ENDED: {
    message: (d: { serving: string; answers: number; question: string }) =>
      `The script of ${d.serving} has ended: it has ${d.answers} answers, but one more was requested for: ${short(d.question)}`,
    hint: () => 'Add an answer to the script, or find out why there is one more call than expected.',
  },
  MAESTRO_TESTKIT_SCRIPT_UNKNOWN: {
    message: (d: Unknown & { serving: string }) => `The script of ${d.serving} has no answer to: ${short(d.name)}`,
    hint: (d: Unknown & { serving: string }) =>
      `${meant(d.suggestion)}Add the question to the script. Known: ${d.known.map(short).join(', ')}.`,
  },
  MAESTRO_TESTKIT_FAULTS: {
    message: (d: { issues: readonly string[] }) => `The faults are not valid: ${d.issues.join('; ')}.`,
    hint: () => 'Each fault is a share of the calls from 0 to 1. Together, the shares are at most 1.',
  },
  MAESTRO_TESTKIT_CASE_UNKNOWN: {
    message: (d: Unknown & { suite: string }) =>
      `The suite for ${d.suite} has no case "${d.name}" that could be omitted.`,
    hint: (d: Unknown & { suite: string }) => `${meant(d.suggestion)}Known: ${d.known.join(', ')}.`,
  },
  MAESTRO_TESTKIT_SUBJECT: {
    message: (d: { subject: string; reason: string }) => `${d.subject} cannot be tested: ${d.reason}.`,
    hint: () => 'Give the suite what it needs; docs/testing.md shows each suite with an example.',
  },
  MAESTRO_TESTKIT_CASSETTE_MISSING: {
    message: (d: { path: string }) => `The cassette ${d.path} does not exist.`,
    hint: () =>
      "Record it first: run the test once with `mode: 'record'` (or 'auto', if CI is not set), and commit it.",
  },
  MAESTRO_TESTKIT_CASSETTE_BROKEN: {
    message: (d: { path: string; line: number; reason: string }) =>
      `Line ${d.line} of the cassette ${d.path} cannot be read: ${d.reason}`,
    hint: () => 'Restore the file from version control, or delete it and record it again.',
  },
  MAESTRO_TESTKIT_CASSETTE_SERVING: {
    message: (d: Unknown & { path: string }) => `The cassette ${d.path} contains no serving "${d.name}".`,
    hint: (d: Unknown & { path: string }) => `${meant(d.suggestion)}Recorded: ${d.known.join(', ')}. Record it again.`,
  },
  MAESTRO_TESTKIT_CASSETTE_UNRECORDED: {
    message: (d: { path: string; serving: string; differences: readonly string[] }) =>
      `A call to ${d.serving} is not on the cassette ${d.path}.${
        d.differences.length === 0
          ? ' Nothing similar was recorded.'
          : ` It differs from the most similar recorded call in:${lines(d.differences)}`
      }`,
    hint: () => "If you intended the change, record the cassette again with `mode: 'record'`.",
    stopsRun: true,
  },
  MAESTRO_TESTKIT_CASSETTE_PLAYED: {
    message: (d: { path: string; serving: string; times: number; call: string }) =>
      `A call to ${d.serving} is on the cassette ${d.path} ${d.times} times, but was made once more: ${short(d.call)}`,
    hint: () => "Record the cassette again with `mode: 'record'`, or find out why the serving is called more often.",
    stopsRun: true,
  },
  MAESTRO_TESTKIT_CASSETTE_WRITE: {
    message: (d: { path: string; reason: string }) => `The cassette ${d.path} could not be written: ${d.reason}`,
    hint: () => 'Check the folder, its permissions, and the free space. The previous recordings are unchanged.',
  },
} as const

export const testkitError = defineErrors(testkitErrors)
