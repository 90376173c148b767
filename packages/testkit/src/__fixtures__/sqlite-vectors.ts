import { DatabaseSync } from 'node:sqlite'
import {
  checkQueries,
  checkRecords,
  matchesFilter,
  maestroError,
  type VectorCallOptions,
  type VectorEntry,
  type VectorIndex,
  type VectorMatch,
  type VectorMetric,
  type VectorQuery,
  type VectorRecord,
  type VectorSelection,
  type VectorStore,
  vectorScore,
} from '@maestro-dataflow/core'

/** A correct vector store, small enough to plant faults in. */
export class SqliteVectors implements VectorStore {
  readonly name = 'sqlite'
  readonly metric: VectorMetric
  readonly index: VectorIndex = 'flat'
  readonly database: DatabaseSync

  constructor(path: string, metric: VectorMetric) {
    this.metric = metric
    this.database = new DatabaseSync(path, { timeout: 10_000 })
    this.database.exec(`
      CREATE TABLE IF NOT EXISTS entries (id TEXT PRIMARY KEY, vector BLOB, text TEXT, metadata TEXT);
      CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT);`)
  }

  get dimensions(): number | undefined {
    const value = this.fact('dimensions')
    return value === undefined ? undefined : Number(value)
  }
  get model(): string | undefined {
    return this.fact('model')
  }

  async addVectors(given: readonly VectorRecord[], options: VectorCallOptions = {}): Promise<void> {
    options.signal?.throwIfAborted()
    this.assertOpen()
    const records = checkRecords(this, given, options)
    const put = this.database.prepare('INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)')
    const fact = this.database.prepare('INSERT OR IGNORE INTO facts VALUES (?, ?)')
    this.database.exec('BEGIN IMMEDIATE')
    for (const { id, vector, text, metadata } of records) {
      put.run(id, new Uint8Array(vector.slice().buffer), text ?? null, metadata ? JSON.stringify(metadata) : null)
      fact.run('dimensions', String(vector.length))
      if (options.model !== undefined) fact.run('model', options.model)
    }
    this.database.exec('COMMIT')
  }

  async search(queries: readonly VectorQuery[], options: VectorCallOptions = {}) {
    options.signal?.throwIfAborted()
    this.assertOpen()
    checkQueries(this, queries, options)
    return queries.map((query) => this.find(query))
  }

  async delete(ids: readonly string[]): Promise<number> {
    this.assertOpen()
    const statement = this.database.prepare('DELETE FROM entries WHERE id = ?')
    return ids.reduce((sum, id) => sum + Number(statement.run(id).changes), 0)
  }

  async count(): Promise<number> {
    this.assertOpen()
    return this.records().length
  }

  async *list({ ids, filter }: VectorSelection = {}): AsyncIterable<readonly VectorEntry[]> {
    const known = this.records().map(({ vector: _, ...rest }) => rest)
    yield known.filter((entry) => (ids?.includes(entry.id) ?? true) && matchesFilter(entry, filter))
  }

  async dispose(): Promise<void> {
    if (this.database.isOpen) this.database.close()
  }

  protected assertOpen(): void {
    if (!this.database.isOpen) throw maestroError('MAESTRO_VECTORS_CLOSED', { store: this.name })
  }

  protected records(): readonly VectorRecord[] {
    return this.database
      .prepare('SELECT * FROM entries')
      .all()
      .map(({ id, vector, text, metadata }) => ({
        id: String(id),
        vector: new Float32Array((vector as Uint8Array).slice().buffer),
        ...(text === null ? {} : { text: String(text) }),
        ...(metadata === null ? {} : { metadata: JSON.parse(String(metadata)) }),
      }))
  }

  protected score(one: Float32Array, other: Float32Array): number {
    return vectorScore(this.metric, one, other)
  }

  protected find({ vector, k, filter, threshold = Number.NEGATIVE_INFINITY }: VectorQuery): readonly VectorMatch[] {
    return this.records()
      .filter((record) => matchesFilter(record, filter))
      .map(({ vector: known, ...rest }) => ({ ...rest, score: this.score(vector, known) }))
      .filter(({ score }) => score >= threshold)
      .sort((a, b) => b.score - a.score)
      .slice(0, k)
  }

  private fact(name: string): string | undefined {
    const row = this.database.isOpen
      ? this.database.prepare('SELECT value FROM facts WHERE name = ?').get(name)
      : undefined
    return row === undefined ? undefined : String(row.value)
  }
}
