import type { RowCondition } from '../../contracts/pipeline-definition.js'
import type { PlannedStep } from '../../contracts/plan.js'
import { conditionColumns, conditionFault } from '../../define/row-condition.js'
import { maestroError } from '../../errors/error-table.js'
import { missingColumns } from './column-effects.js'
import type { Faults } from './compile-context.js'

/** Reports what is wrong with the condition for the rows that a step works on. */
export function checkCondition({ id, columnsIn }: PlannedStep, where: RowCondition, faults: Faults): void {
  const add = (reason: string) => faults.add(maestroError('MAESTRO_PIPELINE_WHERE', { step: id, reason }), id)
  const reason = conditionFault(where, columnsIn.columns)
  if (reason !== undefined) {
    add(reason)
    return
  }
  const known = Object.keys(columnsIn.columns).join(', ')
  for (const column of missingColumns(conditionColumns(where) ?? [], columnsIn))
    add(`there is no column "${column}"; there are ${known}`)
}
