import type { Database } from './connect.js'

const interruptEvery = 50

/**
 * Interrupts the database once the signal is aborted. An interrupt between two statements is lost, so it is repeated
 * until the caller is done.
 */
export function interruptOn(signal: AbortSignal, { connection }: Database): () => void {
  let repeated: NodeJS.Timeout | undefined
  const interrupt = () => {
    connection.interrupt()
    repeated = setInterval(() => connection.interrupt(), interruptEvery)
  }
  signal.addEventListener('abort', interrupt, { once: true })
  return () => {
    signal.removeEventListener('abort', interrupt)
    clearInterval(repeated)
  }
}
