import type { Operator, OperatorResult } from '../contracts/operator/operator.js'
import type { TableOperator } from '../contracts/operator/table.js'
import type { RowStorage } from '../contracts/storage.js'

export declare function runOperator(operator: Operator, storage: RowStorage, options?: { readonly signal?: AbortSignal }): Promise<OperatorResult>
export declare function runTableOperator(operator: TableOperator, storage: RowStorage, options?: { readonly signal?: AbortSignal }): Promise<OperatorResult>
