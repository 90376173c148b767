import { definePlugin, defineTableEngine } from '@maestro-dataflow/core'
import { DuckDBEngine } from './engine/duckdb-engine.js'
import { duckdbOptions } from './engine/duckdb-options.js'
import { aggregate } from './operators/aggregate.js'
import { cast } from './operators/cast.js'
import { drop, select } from './operators/choose-columns.js'
import { join } from './operators/combine/join.js'
import { union } from './operators/combine/union.js'
import { dedupe } from './operators/dedupe.js'
import { distinct } from './operators/distinct.js'
import { filter } from './operators/filter.js'
import { limit } from './operators/limit.js'
import { profile } from './operators/profile/profile.js'
import { rename } from './operators/rename.js'
import { fillMissing } from './operators/repair/fill-missing.js'
import { outliers } from './operators/repair/outliers.js'
import { validate } from './operators/rules/validate.js'
import { sample } from './operators/sample.js'
import { explode } from './operators/shape/explode.js'
import { flatten } from './operators/shape/flatten.js'
import { pivot } from './operators/shape/pivot.js'
import { unpivot } from './operators/shape/unpivot.js'
import { sort } from './operators/sort.js'
import { split } from './operators/split.js'
import { sql } from './operators/sql/sql.js'
import { window } from './operators/window.js'

const duckdb = defineTableEngine({
  name: 'table.duckdb',
  description: 'DuckDB over files of rows as text',
  options: duckdbOptions,
  create: (options) => new DuckDBEngine(options),
})

/** Operators over whole tables, and the engine that runs them. */
export default definePlugin({
  name: '@maestro-dataflow/plugin-table',
  manifest: new URL('../package.json', import.meta.url),
  operators: [
    filter,
    sort,
    limit,
    sample,
    dedupe,
    aggregate,
    select,
    drop,
    rename,
    cast,
    explode,
    flatten,
    unpivot,
    split,
    validate,
    union,
    fillMissing,
    outliers,
    join,
    distinct,
    pivot,
    window,
    sql,
    profile,
  ],
  tableEngines: [duckdb],
})
