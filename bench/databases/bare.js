import { pipeline } from 'node:stream/promises'
import Database from 'libsql'
import mysql from 'mysql2'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import Cursor from 'pg-cursor'
import { reportPeak, reportSeconds } from '../measure.js'
import { makeRows } from './rows.js'

const [direction, count, { client, ...access }] = [
  process.argv[2],
  Number(process.argv[3]),
  JSON.parse(process.argv[4]),
]
const columns = ['id', 'name', 'text', 'city', 'price', 'stars', 'open', 'at']

const ways = { sqlite, postgres, mariadb }
const read = await ways[client]()
if (read !== count) throw new Error('rows are missing')
reportPeak()

async function sqlite() {
  const file = new Database(access.path)
  file.pragma('journal_mode = WAL')
  file.pragma('synchronous = NORMAL')
  const started = performance.now()
  const used = process.cpuUsage()
  let done = 0
  if (direction === 'write') {
    file.exec('DROP TABLE IF EXISTS bare')
    file.exec(
      'CREATE TABLE bare (id INTEGER PRIMARY KEY, name TEXT, text TEXT, city TEXT, price REAL, stars INTEGER, open BOOLEAN, at TIMESTAMP)',
    )
    file.exec('BEGIN')
    const insert = file.prepare('INSERT INTO bare VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    for (const row of makeRows(count)) {
      insert.run([row.id, row.name, row.text, row.city, row.price, row.stars, row.open ? 1 : 0, row.at.toISOString()])
      done++
    }
    file.exec('COMMIT')
  } else {
    for (const row of file.prepare('SELECT * FROM bare').iterate()) {
      row.open = row.open === 1
      row.at = new Date(row.at)
      done++
    }
  }
  reportSeconds(started, used)
  return done
}

async function postgres() {
  const connection = new pg.Client(access)
  await connection.connect()
  const started = performance.now()
  const used = process.cpuUsage()
  let done = 0
  if (direction === 'write') {
    await connection.query('BEGIN')
    await connection.query('DROP TABLE IF EXISTS bare')
    await connection.query(
      'CREATE TABLE bare (id bigint PRIMARY KEY, name text, text text, city text, price float8, stars bigint, open boolean, at timestamptz)',
    )
    const escaped = (value) => value.replace(/[\\\n\r\t]/g, (char) => `\\${char}`)
    const lines = function* () {
      let text = ''
      for (const row of makeRows(count)) {
        text += `${row.id}\t${escaped(row.name)}\t${escaped(row.text)}\t${escaped(row.city)}\t${row.price}\t${row.stars}\t${row.open}\t${row.at.toISOString()}\n`
        done++
        if (text.length < 500_000) continue
        yield text
        text = ''
      }
      yield text
    }
    await pipeline(lines, connection.query(copyFrom('COPY bare FROM STDIN')))
    await connection.query('COMMIT')
  } else {
    const cursor = connection.query(new Cursor('SELECT * FROM bare'))
    for (let rows = await cursor.read(2000); rows.length > 0; rows = await cursor.read(2000)) done += rows.length
  }
  reportSeconds(started, used)
  await connection.end()
  return done
}

async function mariadb() {
  const connection = mysql.createConnection(access)
  const started = performance.now()
  const used = process.cpuUsage()
  let done = 0
  if (direction === 'write') {
    const session = connection.promise()
    await session.query('DROP TABLE IF EXISTS bare')
    await session.query(
      'CREATE TABLE bare (id BIGINT PRIMARY KEY, name LONGTEXT, text LONGTEXT, city LONGTEXT, price DOUBLE, stars BIGINT, open BOOLEAN, at DATETIME(3)) DEFAULT CHARSET=utf8mb4',
    )
    await session.query('START TRANSACTION')
    let batch = []
    const flush = async () => {
      await session.query(`INSERT INTO bare (${columns.join(', ')}) VALUES ?`, [batch])
      done += batch.length
      batch = []
    }
    for (const row of makeRows(count)) {
      batch.push(columns.map((column) => row[column]))
      if (batch.length === 1000) await flush()
    }
    if (batch.length > 0) await flush()
    await session.query('COMMIT')
  } else {
    for await (const _row of connection.query('SELECT * FROM bare').stream({ highWaterMark: 1000 })) done++
  }
  reportSeconds(started, used)
  await connection.promise().end()
  return done
}
