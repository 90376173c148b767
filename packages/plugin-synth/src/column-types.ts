import type { ColumnType } from '@maestro-dataflow/core'
import type { Sampler } from './sampler-types.js'

/** The type of a sampler's column. */
export function columnType(sampler: Sampler): ColumnType {
  if ('category' in sampler) return Array.isArray(sampler.category) ? typeOf(sampler.category) : 'string'
  if ('uniform' in sampler || 'normal' in sampler) return sampler.decimals === 0 ? 'integer' : 'number'
  if ('integer' in sampler) return 'integer'
  if ('date' in sampler) return 'date'
  if ('id' in sampler) return sampler.id === 'uuid' || sampler.prefix !== undefined ? 'string' : 'integer'
  if ('constant' in sampler) return sampler.constant === null ? 'unknown' : typeOf([sampler.constant])
  if (!('when' in sampler)) return 'string'
  const types = new Set(
    [...sampler.when.map(({ use }) => use), ...(sampler.else === undefined ? [] : [sampler.else])].map(columnType),
  )
  const [only, ...others] = types
  return only === undefined || others.length > 0 ? 'unknown' : only
}

function typeOf(values: readonly unknown[]): ColumnType {
  const types = new Set(values.map((value) => typeof value))
  if (types.size > 1) return 'unknown'
  if (types.has('boolean')) return 'boolean'
  if (types.has('string')) return 'string'
  return values.every((value) => Number.isSafeInteger(value)) ? 'integer' : 'number'
}
