import type { DuckDBConnection } from '@duckdb/node-api'

/** An SQL condition that is true, and counts the rows for which it is computed. */
export const seenRow = 'maestro_seen()'

/** Counts the rows that a query has read, which saves a second query that reads them again. */
export class SeenRows {
  count = 0

  /** Registers the function of {@link seenRow}. */
  static async register(connection: DuckDBConnection): Promise<SeenRows> {
    const { BOOLEAN, DuckDBScalarFunction } = await import('@duckdb/node-api')
    const rows = new SeenRows()
    const seen = DuckDBScalarFunction.create({
      name: 'maestro_seen',
      returnType: BOOLEAN,
      parameterTypes: [],
      volatile: true,
      mainFunction: (_info, input, output) => {
        rows.count += input.rowCount
        for (let index = 0; index < input.rowCount; index++) output.setItem(index, true)
        output.flush()
      },
    })
    connection.registerScalarFunction(seen)
    return rows
  }

  reset(): void {
    this.count = 0
  }
}
