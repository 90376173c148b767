import type { CacheSelection } from '@maestro-dataflow/core'
import { Postgres } from '../postgres.js'
import type { AnswerTable, StoredAnswer } from './answer-table.js'
import type { CacheOptions } from './cache-options.js'
import { locationOf } from './location.js'

/** How many expired answers one put removes at most. */
const expiredAtOnce = 100

/** Answers in a table of a PostgreSQL server. */
export class PostgresAnswers implements AnswerTable {
  readonly location: string
  readonly #server: Postgres
  readonly #table: string

  constructor({ url, namespace }: CacheOptions) {
    const table = `${namespace}.answers`
    this.#server = new Postgres(
      url,
      `create schema if not exists ${namespace};
      create table if not exists ${table} (id text primary key, answer text not null, bytes int not null,
        model text not null, stored timestamptz not null);
      create index if not exists answers_stored on ${table} (stored);`,
    )
    this.#table = table
    this.location = locationOf(url)
  }

  async get(id: string, ttl: number | undefined): Promise<string | undefined> {
    const [row] = await this.#server.query<{ answer: string }>(
      `select answer from ${this.#table} where id = $1
        and ($2::float8 is null or stored >= clock_timestamp() - $2::float8 * interval '1 millisecond')`,
      [id, ttl ?? null],
    )
    return row?.answer
  }

  async put(id: string, { text, bytes, model }: StoredAnswer, ttl: number | undefined): Promise<void> {
    await this.#server.query(
      `insert into ${this.#table} values ($1, $2, $3, $4, clock_timestamp()) on conflict (id) do update
        set answer = excluded.answer, bytes = excluded.bytes, model = excluded.model, stored = excluded.stored`,
      [id, text, bytes, model],
    )
    if (ttl === undefined) return
    await this.#server.query(
      `delete from ${this.#table} where id in (select id from ${this.#table}
        where stored < clock_timestamp() - $1::float8 * interval '1 millisecond' limit ${expiredAtOnce})`,
      [ttl],
    )
  }

  async delete(id: string): Promise<boolean> {
    const rows = await this.#server.query(`delete from ${this.#table} where id = $1 returning id`, [id])
    return rows.length > 0
  }

  async clear({ storedBefore, model }: CacheSelection): Promise<number> {
    const [row] = await this.#server.query<{ count: string }>(
      `with gone as (delete from ${this.#table}
        where ($1::timestamptz is null or stored < $1) and ($2::text is null or model = $2) returning 1)
      select count(*) from gone`,
      [storedBefore ?? null, model ?? null],
    )
    return Number(row?.count ?? 0)
  }

  async stats(): ReturnType<AnswerTable['stats']> {
    const [row] = await this.#server.query<{
      entries: string
      bytes: string
      oldest: Date | null
      newest: Date | null
    }>(
      `select count(*) as entries, coalesce(sum(bytes), 0) as bytes, min(stored) as oldest, max(stored) as newest
        from ${this.#table}`,
    )
    const { entries = '0', bytes = '0', oldest, newest } = row ?? {}
    return {
      entries: Number(entries),
      bytes: Number(bytes),
      oldest: oldest?.getTime(),
      newest: newest?.getTime(),
    }
  }

  dispose(): Promise<void> {
    return this.#server.dispose()
  }
}
