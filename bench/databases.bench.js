// 200,000 rows of 8 columns read from and written to each database, beside the bare driver in its best known way: a prepared
// insert for SQLite, COPY and a server-side cursor for PostgreSQL, inserts of many rows and a streamed answer for MariaDB.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startMariadb } from '../test/servers/mariadb.ts'
import { startPostgres } from '../test/servers/postgres.ts'
import { alternate, median, round, runScript, sized } from './measure.js'

const rows = sized(200_000, 2000)
const rounds = sized(5, 1)

export async function bench() {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-bench-'))
  const [postgres, mariadb] = await Promise.all([startPostgres(), startMariadb()])
  const connections = {
    sqlite: { client: 'sqlite', path: join(folder, 'bench.db') },
    ...(postgres === undefined ? {} : { postgres: access('postgres', postgres) }),
    ...(mariadb === undefined ? {} : { mariadb: access('mariadb', mariadb) }),
  }
  const figures = {}
  let peak = 0
  try {
    for (const [name, connection] of Object.entries(connections)) {
      for (const direction of ['write', 'read']) {
        const run = (script) => () =>
          runScript(join(import.meta.dirname, 'databases', script), [
            direction,
            String(rows),
            JSON.stringify(connection),
          ])
        const results = await alternate(rounds, run('ours.js'), run('bare.js'))
        const [ours, theirs] = [results.ours, results.theirs].map((runs) => median(runs.map(({ seconds }) => seconds)))
        const cpuRatios = results.ours.map((run, round) => results.theirs[round].cpuSeconds / run.cpuSeconds)
        figures[`${name}_${direction}_rows_per_s`] = Math.round(rows / ours)
        figures[`${name}_${direction}_bare_rows_per_s`] = Math.round(rows / theirs)
        figures[`${name}_${direction}_ratio`] = round(theirs / ours)
        figures[`${name}_${direction}_cpu_ratio`] = round(median(cpuRatios))
        peak = Math.max(peak, ...results.ours.map(({ peakMegabytes }) => peakMegabytes))
      }
    }
    return { ...figures, peak_rss_mb: round(peak, 0) }
  } finally {
    await Promise.all([postgres?.stop(), mariadb?.stop()])
    rmSync(folder, { recursive: true, force: true })
  }
}

function access(client, { address: { certificate: _, ...parts } }) {
  return { client, ...parts }
}
