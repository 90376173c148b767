/** A reader that has read enough, such as `head`, is not an error. A closed terminal is not an error either. */
export function ignoreClosedOutputs(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (!isClosed(error)) throw error
    process.exit(process.exitCode ?? 0)
  })
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (!isClosed(error)) throw error
  })
}

const isClosed = ({ code }: NodeJS.ErrnoException): boolean => code === 'EPIPE' || code === 'EIO'
