import { afterAll, inject, test } from 'vitest'
import { agrees } from './values/agrees.js'
import { joinChains } from './values/sql-steps.js'
import { valuesProject } from './values/starts.js'
import { typedTables } from './values/tables.js'

// The same chain of table steps over a table of a database server gives the rows that plain JavaScript gives.

const project = valuesProject()
afterAll(() => project.dispose())

test.for(['postgres', 'mariadb'] as const)(
  'typed columns, from a table of %s',
  { timeout: 300_000 },
  async (client, { skip }) => {
    const server = inject(client)
    if (server === undefined) return skip()
    const { certificate: _, ...address } = server
    // MariaDB has no such names.
    const named = typedTables.filter(
      ({ names }) => client !== 'mariadb' || !names.some((name) => name === '😀' || name === ' '),
    )
    const start = project.ofDatabase({ client, ...address })
    await agrees(project, named, start)
    await agrees(project, named, start, joinChains)
  },
)
