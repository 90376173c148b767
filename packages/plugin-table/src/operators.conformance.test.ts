import { describeOperator, describeTableEngine } from '@maestro-dataflow/testkit/vitest'
import { DuckDBEngine } from './engine/duckdb-engine.js'
import { cast } from './operators/cast.js'
import { join } from './operators/combine/join.js'
import { union } from './operators/combine/union.js'
import { distinct } from './operators/distinct.js'
import { profile } from './operators/profile/profile.js'
import { fillMissing } from './operators/repair/fill-missing.js'
import { outliers } from './operators/repair/outliers.js'
import { validate } from './operators/rules/validate.js'
import { sample } from './operators/sample.js'
import { explode } from './operators/shape/explode.js'
import { flatten } from './operators/shape/flatten.js'
import { unpivot } from './operators/shape/unpivot.js'
import { sort } from './operators/sort.js'
import { split } from './operators/split.js'
import { sql } from './operators/sql/sql.js'
import { window } from './operators/window.js'
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
describeOperator(split, {
  rows,
  project,
  options: { by: ['city'] },
  skip: { 'equal rows have the same result within a run': 'a row without a group gets its part by its id' },
})
describeOperator(unpivot, {
  rows,
  project,
  options: { columns: ['people', 'area'], outputs: { name: '名', value: '值' } },
})
describeOperator(validate, { rows, project, options: { rules: { people: { type: 'number' } }, failures: 'column' } })
const nested = [
  { city: '東京', tags: ['大', 'kaiju', null], place: { lat: 35.7, name: { ja: '東京' } } },
  { city: 'Oslo', tags: [], place: {} },
]
describeOperator(explode, { rows: nested, project, options: { input: 'tags', position: 'n' } })
describeOperator(flatten, { rows: nested, project, options: { columns: ['place'], members: ['lat', 'name.ja'] } })
describeOperator(union, { rows, project, options: { right: [{ city: '上海', 人口: 25n }] } })
describeOperator(fillMissing, { rows, project, options: { columns: { people: 'mean', city: { value: '?' } } } })
describeOperator(fillMissing, { rows, project, options: { columns: { area: 'backward' }, by: ['city'] } })
describeOperator(outliers, { rows, project, options: { input: 'people' } })
describeOperator(outliers, { rows, project, options: { input: 'people', action: 'drop', method: 'mad', by: ['city'] } })
const right = [
  { city: 'Berlin', land: 'DE' },
  { city: '東京', land: 'JP' },
  { city: '東京', land: '日本' },
]
describeOperator(join, { rows, project, options: { right, by: ['city'], how: 'full' } })
describeOperator(distinct, { rows, project, options: { columns: ['city'] } })
describeOperator(sample, { rows, project, options: { count: 1, by: ['city'] } })
describeOperator(window, { rows, project, options: { orderBy: 'people', values: { place: 'row_number()' } } })
describeOperator(sql, { rows, project, options: { query: 'SELECT city, people FROM input', tables: { right } } })
describeOperator(profile, { rows, project, options: { topValues: 2, bins: 2 } })
