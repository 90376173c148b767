import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import {
  findProgram,
  makeCertificate,
  runProgram,
  type StartedServer,
  serverFolder,
  startDatabase,
} from './database-server.ts'
import { freePort } from './free-port.ts'

/** Starts MariaDB on a free port of the loopback interface; undefined where it is not installed. */
export async function startMariadb(): Promise<StartedServer | undefined> {
  const program = findProgram('mariadbd', ['/usr/sbin'])
  const install = findProgram('mariadb-install-db', [])
  if (program === undefined || install === undefined) return undefined
  const folder = serverFolder()
  const data = join(folder, 'data')
  const [user, password, database] = ['maestro', 'test-password', 'maestro']
  makeCertificate(folder)
  const access = ['--auth-root-authentication-method=normal', '--skip-test-db']
  runProgram(install, ['--no-defaults', `--datadir=${data}`, ...access], folder)
  writeFileSync(
    join(folder, 'init.sql'),
    `CREATE DATABASE IF NOT EXISTS ${database} CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS '${user}'@'%' IDENTIFIED BY '${password}';
GRANT ALL ON *.* TO '${user}'@'%' WITH GRANT OPTION;
`,
  )
  const port = await freePort()
  const args = [
    '--no-defaults',
    `--datadir=${data}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    '--skip-name-resolve',
    `--socket=${join(folder, 'socket')}`,
    `--pid-file=${join(folder, 'pid')}`,
    `--init-file=${join(folder, 'init.sql')}`,
    '--innodb-flush-log-at-trx-commit=0',
    `--ssl-cert=${join(folder, 'certificate.pem')}`,
    `--ssl-key=${join(folder, 'key.pem')}`,
  ]
  const address = { host: '127.0.0.1', port, user, password, database }
  const answers = async () => {
    const connection = await createConnection(address)
    try {
      await connection.query('select 1')
    } finally {
      await connection.end()
    }
  }
  const certificate = readFileSync(join(folder, 'certificate.pem'), 'utf8')
  const server = await startDatabase(program, args, folder, answers, 'SIGTERM')
  return { address: { ...address, certificate }, ...server }
}
