// What every plugin holds, of the packages whose own tests do not say so.
import ai from '@maestro-dataflow/plugin-ai'
import db from '@maestro-dataflow/plugin-db'
import fs from '@maestro-dataflow/plugin-fs'
import table from '@maestro-dataflow/plugin-table'
import { describePlugin } from '@maestro-dataflow/testkit/vitest'

describePlugin(ai)
describePlugin(db)
describePlugin(fs)
describePlugin(table)
