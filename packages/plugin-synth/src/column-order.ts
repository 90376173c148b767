import type { Sampler } from './sampler-types.js'

type Samplers = Readonly<Record<string, Sampler>>

/** The columns that a sampler uses. */
export function columnsOf(sampler: Sampler): readonly string[] {
  if ('template' in sampler) return [...sampler.template.matchAll(variable)].map(([, name = '']) => name)
  if (!('when' in sampler)) return []
  const nested = [...sampler.when.map(({ use }) => use), ...(sampler.else === undefined ? [] : [sampler.else])]
  return [...sampler.when.map(({ column }) => column), ...nested.flatMap(columnsOf)]
}

/** `{{name}}` */
export const variable = /\{\{\s*([^{}]+?)\s*\}\}/g

/** The columns that use an unknown one, and its name. */
export function unknownColumns(samplers: Samplers): readonly (readonly [column: string, name: string])[] {
  return Object.entries(samplers).flatMap(([column, sampler]) =>
    columnsOf(sampler).flatMap((name) => (Object.hasOwn(samplers, name) ? [] : [[column, name] as const])),
  )
}

/** The columns, each after those that it uses; or columns that use each other in a cycle. */
export function columnOrder(samplers: Samplers): {
  readonly order: readonly string[]
  readonly circle?: readonly string[]
} {
  const order: string[] = []
  const way: string[] = []
  const visit = (column: string): readonly string[] | undefined => {
    if (order.includes(column)) return undefined
    if (way.includes(column)) return [...way.slice(way.indexOf(column)), column]
    way.push(column)
    const sampler = samplers[column]
    for (const name of sampler === undefined ? [] : columnsOf(sampler)) {
      const circle = visit(name)
      if (circle !== undefined) return circle
    }
    way.pop()
    order.push(column)
    return undefined
  }
  for (const column of Object.keys(samplers)) {
    const circle = visit(column)
    if (circle !== undefined) return { order, circle }
  }
  return { order }
}
