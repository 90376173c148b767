import type { OperatorDefinition } from '@maestro-dataflow/core'
import { createSuite, type Suite } from '../suite.js'
import { operatorNameCases, operatorReadsCases, operatorStepCases } from './operator-column-cases.js'
import { operatorDeclarationCases } from './operator-declaration-cases.js'
import { operatorLifeCases } from './operator-life-cases.js'
import { operatorAloneCases, operatorRepeatCases } from './operator-repeat-cases.js'
import { operatorRowCases } from './operator-row-cases.js'
import { OperatorSubject, type OperatorSuiteOptions } from './operator-subject.js'

const always = { ...operatorDeclarationCases, ...operatorRowCases, ...operatorNameCases, ...operatorLifeCases }
const cases = { ...always, ...operatorRepeatCases, ...operatorAloneCases, ...operatorReadsCases, ...operatorStepCases }

/** The cases of the suite for operators. */
export type OperatorCase = keyof typeof cases

/**
 * The rules for every operator, checked with varied rows: it does what it declares, whatever the rows hold, however they
 * are split, and however often it runs.
 *
 * An operator that declares `deterministic: false` is not compared with itself. One that sees a whole table is not asked
 * for single rows.
 */
export function operatorSuite(definition: OperatorDefinition, options: OperatorSuiteOptions<OperatorCase> = {}): Suite {
  const { deterministic = definition.deterministic !== false } = options
  const isWhole = definition.kind === 'table' || definition.kind === 'opaque'
  return createSuite<OperatorSubject, OperatorCase>({
    title: `the operator ${definition.name}`,
    cases: {
      ...always,
      ...(deterministic ? operatorRepeatCases : {}),
      ...(deterministic && !isWhole ? { ...operatorAloneCases, ...operatorReadsCases } : {}),
      ...(deterministic && definition.kind === 'map' ? operatorStepCases : {}),
    },
    options,
    open: () => OperatorSubject.open(definition, { ...options, deterministic }),
    close: (subject) => subject.close(),
  })
}
