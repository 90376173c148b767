/** The places in the durable part of a run at which a test may end the process. */
export type Failpoint =
  | 'lease-linked'
  | 'calls-written'
  | 'calls-synced'
  | 'step-file-synced'
  | 'step-file-renamed'
  | 'partition-synced'
  | 'partition-noted'
  | 'partition-prepared'
  | 'partition-settled'
  | 'progress-synced'
  | 'progress-renamed'
  | 'progress-dropped'
  | 'receipt-synced'
  | 'receipt-renamed'
  | 'receipt-dropped'
  | 'ledger-synced'
  | 'ledger-renamed'
  | 'rejects-synced'
  | 'rejects-renamed'
  | 'sink-state-synced'
  | 'sink-state-renamed'
  | 'sink-committed'
  | 'incremental-synced'
  | 'incremental-renamed'
  | 'report-written'
  | 'source-stored'
  | 'run-set-aside'

let hook: ((place: Failpoint) => void) | undefined

/** Installs the function that is called at every failpoint, for tests. It may end the process. */
export function installFailpoints(reached: ((place: Failpoint) => void) | undefined): void {
  hook = reached
}

/** Marks a place at which a crash must not lose or double anything. */
export function failpoint(place: Failpoint): void {
  hook?.(place)
}
