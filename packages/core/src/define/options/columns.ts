import { z } from 'zod'
import type { ColumnType } from '../../contracts/row.js'
import { type SlotSchema, slotted } from './slot.js'

/**
 * An option that names a column of the row. The editor offers the existing columns; with a type, only those of that
 * type.
 *
 * @example options: { input: column('string'), best: column('number').optional() }
 */
export const column = <const Type extends ColumnType = 'unknown'>(_type?: Type): SlotSchema<string, 'column', Type> =>
  slotted(z.string(), { kind: 'column' })

/**
 * An option that names several columns of the row.
 *
 * @example options: { by: columns() }
 */
export const columns = <const Type extends ColumnType = 'unknown'>(
  _type?: Type,
): SlotSchema<string[], 'columns', Type> => slotted(z.array(z.string()), { kind: 'columns' })

/**
 * An option that assigns values to columns of the row.
 *
 * @example options: { columns: columnRecord(z.string()) } // { text: 'body' }
 */
export const columnRecord = <S extends z.ZodType>(
  value: S,
): SlotSchema<Record<string, z.output<S>>, 'columnRecord', z.input<S>> =>
  slotted(z.record(z.string(), value), { kind: 'columnRecord' })
