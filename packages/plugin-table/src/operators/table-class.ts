import { type TableEngine, TableOperator } from '@maestro-dataflow/core'

/** The base of this plugin's table classes. Without a pipeline, they run on DuckDB. */
export abstract class DuckDBTableOperator extends TableOperator {
  override async createEngine(): Promise<TableEngine> {
    const { DuckDBEngine } = await import('../engine/duckdb-engine.js')
    return new DuckDBEngine()
  }
}
