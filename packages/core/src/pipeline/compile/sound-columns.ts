import type { ColumnEffects } from '../../contracts/operator.js'
import { type ColumnSet, type ColumnType, columnTypes } from '../../contracts/row.js'
import { describeValue } from '../../errors/describe-value.js'
import { didYouMean } from '../../errors/did-you-mean.js'
import { maestroError } from '../../errors/error-table.js'

const effectNames: Readonly<Record<keyof ColumnEffects, true>> = {
  reads: true,
  adds: true,
  drops: true,
  renames: true,
  keeps: true,
  opaque: true,
}

/**
 * What an operator declares about columns, if it has the shape of a declaration. Code without types may declare anything,
 * and a type that does not exist would be checked by nobody.
 *
 * @throws MAESTRO_STEP_CREATE
 */
export function soundEffects(step: string, effects: ColumnEffects): ColumnEffects {
  if (!isObject(effects)) throw unsound(step, `columns() returned ${describeValue(effects)} instead of effects`)
  const { reads, drops, keeps, adds, renames, opaque } = effects
  for (const name of Object.keys(effects))
    if (!Object.hasOwn(effectNames, name)) {
      const suggestion = didYouMean(name, Object.keys(effectNames))
      const meant = suggestion === undefined ? '' : `; did you mean \`${suggestion}\`?`
      throw unsound(step, `columns() declares \`${name}\`, which is not an effect on columns${meant}`)
    }
  for (const [name, columns] of Object.entries({ reads, drops, keeps }))
    if (columns !== undefined && !(Array.isArray(columns) && columns.every(isText)))
      throw unsound(step, `it declares \`${name}\` as ${describeValue(columns)} instead of a list of columns`)
  if (adds !== undefined) assertTypes(step, 'adds', adds)
  if (renames !== undefined && !(isObject(renames) && Object.values(renames).every(isText)))
    throw unsound(step, 'columns() declares `renames` that are not new names of columns')
  if (opaque !== undefined && typeof opaque !== 'boolean')
    throw unsound(step, `columns() declares \`opaque\` as ${describeValue(opaque)} instead of true or false`)
  return effects
}

/** What a source declares about its columns. @throws MAESTRO_STEP_CREATE */
export function soundColumns(step: string, set: ColumnSet): ColumnSet {
  if (!isObject(set)) throw unsound(step, `the source described its columns as ${describeValue(set)}`)
  assertTypes(step, 'columns', set.columns)
  if (typeof set.open !== 'boolean') {
    const found = describeValue(set.open)
    throw unsound(
      step,
      `the source declares \`open\` as ${found}; it must be true if rows may have further columns, else false`,
    )
  }
  return set
}

function assertTypes(step: string, name: string, columns: unknown): void {
  if (!isObject(columns))
    throw unsound(step, `\`${name}\` is ${describeValue(columns)} instead of columns with their types`)
  for (const [column, type] of Object.entries(columns))
    if (!columnTypes.includes(type as ColumnType))
      throw unsound(step, `\`${name}\` declares ${describeValue(type)} as the type of the column "${column}"`)
}

function unsound(step: string, reason: string) {
  return maestroError('MAESTRO_STEP_CREATE', { step, reason })
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
