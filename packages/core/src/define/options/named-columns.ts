import type { z } from 'zod'
import type { Schema } from '../../contracts/schema.js'
import { slotFacts } from './slot.js'

type Zod = z.core.$ZodType

/**
 * The columns that options name at any depth, according to the marks of their schema. The schemas of other libraries
 * have no marks.
 */
export function namedColumns(schema: Schema, options: unknown): readonly string[] {
  return '_zod' in schema ? columnsIn(schema as unknown as Zod, options) : []
}

function columnsIn(schema: Zod, value: unknown): readonly string[] {
  switch (slotFacts(schema)?.kind) {
    case 'column':
      return typeof value === 'string' ? [value] : []
    case 'columns':
      return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : []
    case 'columnRecord':
      return isRecord(value) ? Object.keys(value) : []
  }
  return partsOf(schema, value).flatMap(([part, inner]) => columnsIn(part, inner))
}

/** The members of a schema, each with the value that it describes. */
function partsOf(schema: Zod, value: unknown): readonly (readonly [Zod, unknown])[] {
  const { def } = (schema as z.core.$ZodTypes)._zod
  switch (def.type) {
    case 'object':
      return Object.entries(def.shape).map(([name, part]) => [part, isRecord(value) ? value[name] : undefined])
    case 'array':
      return Array.isArray(value) ? value.map((item) => [def.element, item]) : []
    case 'tuple':
      return Array.isArray(value) ? def.items.map((part, index) => [part, value[index]]) : []
    case 'record':
      return isRecord(value) ? Object.values(value).map((item) => [def.valueType, item]) : []
    case 'union':
      return def.options.map((option) => [option, value])
    case 'intersection':
      return [def.left, def.right].map((side) => [side, value])
    case 'pipe':
      return [[def.in, value]]
    case 'lazy':
      return [[def.getter(), value]]
    default:
      return 'innerType' in def ? [[def.innerType, value]] : []
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
