import type { CallOptions } from '../../contracts/serving.js'
import type { RowPacker } from './row-packer.js'

/** A row's call that may be packed with others. */
export interface PackedCallOptions extends CallOptions {
  readonly pack?: { readonly packer: RowPacker; readonly values: Readonly<Record<string, string>> }
}
