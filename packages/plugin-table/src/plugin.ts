import { definePlugin } from '@maestro-dataflow/core'
import { DuckDBEngine } from './engine/duckdb-engine.js'
import { aggregate } from './operators/aggregate.js'
import { cast } from './operators/cast.js'
import { drop, select } from './operators/choose-columns.js'
import { dedupe } from './operators/dedupe.js'
import { filter } from './operators/filter.js'
import { limit } from './operators/limit.js'
import { rename } from './operators/rename.js'
import { sample } from './operators/sample.js'
import { sort } from './operators/sort.js'

const name = '@maestro-dataflow/plugin-table'

/** Operators over whole tables, and the engine that runs them. */
export default definePlugin({
  name,
  manifest: new URL('../package.json', import.meta.url),
  apply(hooks) {
    hooks.operators.tap(name, (registry) => {
      for (const operator of [filter, sort, limit, sample, dedupe, aggregate, select, drop, rename, cast])
        registry.add(operator)
    })
    hooks.tableEngines.tap(name, (registry) =>
      registry.add({
        name: 'table.duckdb',
        description: 'DuckDB over files of rows as text',
        create: (options) => new DuckDBEngine(options),
      }),
    )
  },
})
