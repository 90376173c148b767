/**
 * A reader that has read enough, such as `head`, is not an error, and neither is a closed terminal. The command goes on: a run
 * in progress has other outputs, too.
 */
export function ignoreClosedOutputs(): void {
  for (const output of [process.stdout, process.stderr])
    output.on('error', (error: NodeJS.ErrnoException) => {
      if (!isClosed(error)) throw error
    })
}

const isClosed = ({ code }: NodeJS.ErrnoException): boolean => code === 'EPIPE' || code === 'EIO'
