import type { SourceDefinition, StorageDefinition } from '@maestro-dataflow/core'
import { createSuite, type Suite } from '../suite.js'
import { sourceCases, sourceMissingCases, sourceRowsCases } from './source-cases.js'
import { sourceContinuationCases } from './source-continuation-cases.js'
import { SourceSubject, type SourceSuiteOptions, sourceOf } from './source-subject.js'

const always = { ...sourceCases, ...sourceContinuationCases }
const cases = { ...always, ...sourceRowsCases, ...sourceMissingCases }

/** The cases of the suite for sources. */
export type SourceCase = keyof typeof cases

/** The rules for every source: no row is lost, ids stay, and reading can stop at any time. */
export function sourceSuite(
  tested: SourceDefinition | StorageDefinition,
  options: SourceSuiteOptions<SourceCase> = {},
): Suite {
  return createSuite<SourceSubject, SourceCase>({
    title: 'name' in tested ? `the source ${tested.name}` : 'a source',
    cases: {
      ...always,
      ...(options.rows === undefined ? {} : sourceRowsCases),
      ...(options.missing === undefined ? {} : sourceMissingCases),
    },
    options,
    open: () => SourceSubject.open(sourceOf(tested), options),
    close: (subject) => subject.close(),
  })
}
