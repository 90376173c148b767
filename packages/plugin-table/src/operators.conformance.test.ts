import { describeOperator, describeTableEngine } from '@maestro-dataflow/testkit/vitest'
import { DuckDBEngine } from './engine/duckdb-engine.js'
import { cast } from './operators/cast.js'
import { sort } from './operators/sort.js'
import table from './plugin.js'

describeTableEngine(() => new DuckDBEngine())

const rows = [
  { city: 'Berlin', people: 3, area: '891.7' },
  { city: '東京', people: 14, area: '2194' },
  { city: 'Zürich', people: 1, area: '88' },
]
const project = { plugins: [table] }
describeOperator(sort, { rows, project, options: { by: ['people'] } })
describeOperator(cast, { rows, project, options: { columns: { people: 'string' } } })
