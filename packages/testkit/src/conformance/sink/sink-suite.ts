import type { SinkDefinition, StorageDefinition } from '@maestro-dataflow/core'
import { createSuite, type Suite } from '../suite.js'
import { sinkCases, sinkUnwritableCases, sinkVisibleCases } from './sink-cases.js'
import { sinkContinuationCases } from './sink-continuation-cases.js'
import { sinkNameCases } from './sink-name-cases.js'
import { SinkSubject, type SinkSuiteOptions, sinkOf } from './sink-subject.js'

const visible = { ...sinkVisibleCases, ...sinkContinuationCases, ...sinkNameCases }
const cases = { ...sinkCases, ...visible, ...sinkUnwritableCases }

/** The cases of the suite for sinks. */
export type SinkCase = keyof typeof cases

/** The rules for every sink: what it was given is there after the commit, and nothing before it. */
export function sinkSuite(tested: SinkDefinition | StorageDefinition, options: SinkSuiteOptions<SinkCase>): Suite {
  return createSuite<SinkSubject, SinkCase>({
    title: 'name' in tested ? `the sink ${tested.name}` : 'a sink',
    cases: {
      ...sinkCases,
      ...(options.read === undefined ? {} : visible),
      ...(options.unwritable === undefined ? {} : sinkUnwritableCases),
    },
    options,
    open: () => SinkSubject.open(sinkOf(tested), options),
    close: (subject) => subject.close(),
  })
}
