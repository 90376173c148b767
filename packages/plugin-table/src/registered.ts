import type { DuckDBEngineConfig } from './engine/duckdb-options.js'
import type { aggregate } from './operators/aggregate.js'
import type { cast } from './operators/cast.js'
import type { drop, select } from './operators/choose-columns.js'
import type { join } from './operators/combine/join.js'
import type { union } from './operators/combine/union.js'
import type { dedupe } from './operators/dedupe.js'
import type { distinct } from './operators/distinct.js'
import type { filter } from './operators/filter.js'
import type { limit } from './operators/limit.js'
import type { profile } from './operators/profile/profile.js'
import type { rename } from './operators/rename.js'
import type { fillMissing } from './operators/repair/fill-missing.js'
import type { outliers } from './operators/repair/outliers.js'
import type { validate } from './operators/rules/validate.js'
import type { sample } from './operators/sample.js'
import type { explode } from './operators/shape/explode.js'
import type { flatten } from './operators/shape/flatten.js'
import type { pivot } from './operators/shape/pivot.js'
import type { unpivot } from './operators/shape/unpivot.js'
import type { sort } from './operators/sort.js'
import type { split } from './operators/split.js'
import type { sql } from './operators/sql/sql.js'
import type { window } from './operators/window.js'

declare module '@maestro-dataflow/core' {
  interface TableEngineTypes {
    'table.duckdb': DuckDBEngineConfig
  }
  interface Operators {
    'table.filter': typeof filter
    'table.sort': typeof sort
    'table.limit': typeof limit
    'table.sample': typeof sample
    'table.dedupe': typeof dedupe
    'table.aggregate': typeof aggregate
    'table.select': typeof select
    'table.drop': typeof drop
    'table.rename': typeof rename
    'table.cast': typeof cast
    'table.profile': typeof profile
    'table.sql': typeof sql
    'table.window': typeof window
    'table.pivot': typeof pivot
    'table.distinct': typeof distinct
    'table.join': typeof join
    'table.outliers': typeof outliers
    'table.fill-missing': typeof fillMissing
    'table.union': typeof union
    'table.validate': typeof validate
    'table.split': typeof split
    'table.unpivot': typeof unpivot
    'table.flatten': typeof flatten
    'table.explode': typeof explode
  }
}
