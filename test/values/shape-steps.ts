import type { Row } from '@maestro-dataflow/core'
import { withCells, withCellsAt, withoutCells } from './cells.js'
import { type Choices, type Columns, freeName, type Made } from './choices.js'
import { compareIn, returned } from './compare.js'
import { cellOf, groupsOf, ownOf, refuse, type TableStep, type Types } from './reference.js'

/* The steps that change the shape of a table, in plain JavaScript. */

/** The steps that a chain may take. */
export const shapeMakers: readonly ((choices: Choices, columns: Columns) => Made)[] = [
  explodeOf,
  unpivotOf,
  pivotOf,
  flattenOf,
]

const withType = (types: Types, name: string, type: Types[string] | undefined): Types => {
  const { [name]: _, ...others } = types
  return type === undefined ? others : { ...others, [name]: type }
}

function explodeOf(choices: Choices, { names, types }: Columns): Made {
  const lists = names.filter((name) => ['json', 'vector', undefined].includes(ownOf(types, name)))
  const input = choices.of(lists.length > 0 ? lists : names)
  const output = choices.of([input, freeName('item_', names)])
  const position = choices.of([undefined, freeName('at_', names)])
  const empty = choices.of(['keep', 'drop'] as const)
  const apply = (all: readonly Row[]) =>
    refuse(all, (row) => itemsOf(row, input) !== undefined).flatMap((row) => {
      const items = itemsOf(row, input) ?? []
      const child = (item: unknown, at: number | null) =>
        withCells(row, [[output, item], ...(position === undefined ? [] : [[position, at] as const])])
      if (items.length > 0) return items.map(child)
      return empty === 'keep' ? [child(null, null)] : []
    })
  const step: TableStep = {
    use: 'table.explode',
    options: { input, output, ...(position !== undefined && { position }), empty },
    apply,
  }
  const added = [output, ...(position === undefined ? [] : [position])].filter((name) => !names.includes(name))
  const exploded = withType(types, output, ownOf(types, input) === 'vector' ? 'number' : undefined)
  const after = position === undefined ? exploded : withType(exploded, position, 'integer')
  return [step, { names: [...names, ...added], types: after }]
}

function itemsOf(row: Row, name: string): readonly unknown[] | undefined {
  const value = cellOf(row, name) ?? null
  if (value === null) return []
  return Array.isArray(value) || value instanceof Float32Array ? Array.from(value) : undefined
}

function unpivotOf(choices: Choices, { names, types }: Columns): Made {
  const columns = choices.some(names, 3)
  const [name, value] = [freeName('name_', names), freeName('value_', names)]
  const empty = choices.of(['keep', 'drop'] as const)
  const apply = (rows: readonly Row[]) =>
    rows.flatMap((row) =>
      columns
        .map((column) => [column, cellOf(row, column) ?? null] as const)
        .filter(([, cell]) => empty === 'keep' || cell !== null)
        .map(([column, cell]) =>
          withoutCells(row, columns, [
            [name, column],
            [value, cell],
          ]),
        ),
    )
  const kinds = new Set(columns.map((column) => ownOf(types, column)))
  const rest = names.filter((column) => !columns.includes(column))
  const kept = columns.reduce((found, column) => withType(found, column, undefined), types)
  return [
    { use: 'table.unpivot', options: { columns, outputs: { name, value }, empty }, apply },
    {
      names: [...rest, name, value],
      types: withType({ ...kept, [name]: 'string' }, value, kinds.size === 1 ? [...kinds][0] : undefined),
    },
  ]
}

const cellsOf = (rows: readonly Row[], name: string) => rows.map((row) => cellOf(row, name) ?? null)

function pivotOf(choices: Choices, columns: Columns): Made {
  const { names, types } = columns
  const [input, value] = [choices.of(names), choices.of(names)]
  const type = ownOf(types, input)
  const by = choices.of([true, true, false]) ? choices.some(names) : []
  const outputs = type === 'string' ? ['a', 'é', '10', "it's"] : type === 'boolean' ? [true, false] : [1, 0, 2.5]
  const isKnown = type !== undefined && ['string', 'boolean', 'integer', 'number', 'bigint'].includes(type)
  if (!isKnown || outputs.some((output) => by.includes(String(output)))) return explodeOf(choices, columns)
  const valueType = ownOf(types, value)
  // SQL has no part of a list that is half a character.
  const method =
    valueType === undefined || valueType === 'json' ? 'count' : choices.of(['first', 'last', 'count'] as const)
  const others = choices.of(['reject', 'drop'] as const)
  const isOf = (output: unknown) => (row: Row) => compareIn(type, cellOf(row, input) ?? null, output) === 0
  const compute = (rows: readonly Row[]) => {
    const cells = cellsOf(rows, value).map((cell) => returned(valueType, cell))
    if (method === 'count') return cells.filter((cell) => cell !== null).length
    return cells.at(method === 'first' ? 0 : -1) ?? null
  }
  const apply = (all: readonly Row[]) => {
    const isListed = (row: Row) => outputs.some((output) => isOf(output)(row))
    const rows = others === 'reject' ? refuse(all, isListed) : all.filter(isListed)
    return groupsOf(rows, by, types).map((members) =>
      withCells({}, [
        ...by.map((name) => [name, cellOf(members[0] ?? {}, name) ?? null] as const),
        ...outputs.map((output) => [String(output), compute(members.filter(isOf(output)))] as const),
      ]),
    )
  }
  const known = method === 'count' ? 'integer' : valueType
  const after = [
    ...by.map((name) => [name, ownOf(types, name)] as const),
    ...outputs.map((output) => [String(output), known] as const),
  ].filter((entry): entry is [string, Types[string] & string] => entry[1] !== undefined)
  return [
    { use: 'table.pivot', options: { by, input, outputs, value, method, others }, apply },
    { names: [...by, ...outputs.map(String)], types: Object.fromEntries(after) },
  ]
}

function flattenOf(choices: Choices, { names, types }: Columns): Made {
  const column = choices.of(names)
  const members = choices.some(['x', 'y', '10', 'é', '$date'], 3)
  const added = members.map((member) => `${column}_${member}`)
  const isFree = added.every((name) => !names.includes(name))
  if (!isFree) return unpivotOf(choices, { names, types })
  const isObject = (value: unknown) => value === null || [Object.prototype, null].includes(Object.getPrototypeOf(value))
  const apply = (all: readonly Row[]) =>
    refuse(all, (row) => isObject(cellOf(row, column) ?? null)).map((row) => {
      const object = (cellOf(row, column) ?? {}) as Row
      const cells = members.map((member, index) => [added[index] ?? '', cellOf(object, member) ?? null] as const)
      return Object.hasOwn(row, column) ? withCellsAt(row, column, cells) : withCells(row, cells)
    })
  return [
    { use: 'table.flatten', options: { columns: [column], members }, apply },
    {
      names: names.flatMap((name) => (name === column ? added : [name])),
      types: withType(types, column, undefined),
    },
  ]
}
