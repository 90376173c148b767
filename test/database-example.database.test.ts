// The example on a database, as its README says: SQLite, and the others by the address alone.
import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, inject, test } from 'vitest'

const run = promisify(execFile)
const folder = join(import.meta.dirname, '../examples/database')

const url = (client: 'postgres' | 'mariadb') => {
  const server = inject(client)
  return server && `${client}://${server.user}:${server.password}@${server.host}:${server.port}/${server.database}`
}
const addresses = { sqlite: 'sqlite:out/shop.db', postgres: url('postgres'), mariadb: url('mariadb') }
const reachable = Object.entries(addresses).flatMap(([name, address]) =>
  address === undefined ? [] : [[name, address]],
)

test.each(reachable)(
  '%s: read, clean, enrich, upsert; a second run changes nothing',
  { timeout: 300_000 },
  async (_, address) => {
    rmSync(join(folder, 'out'), { recursive: true, force: true })
    const env = { ...process.env, DATABASE_URL: address }
    const { stdout } = await run('npm', ['start', '--silent'], { cwd: folder, env })
    const [first = '', second = ''] = stdout.split('The second run:')
    for (const printed of [first, second]) expect(printed).toContain('6 in + 0 created = 5 out + 1 dropped')
    expect(second).toContain('model: 0 calls, 5 answers reused')
    const rows = second.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []))
    expect(rows.map(({ id }) => id).sort()).toEqual([1, 2, 4, 5, 6])
    expect(rows.find(({ id }) => id === 1).text).toBe('Wonderful soup, I will come again!')
    for (const { mood } of rows) expect(['happy', 'unhappy']).toContain(mood)
    expect(`${stdout}`).not.toContain('test-password')
  },
)
