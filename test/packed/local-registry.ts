import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')

/** A registry that has the packages of this repository as they would be published. */
export interface LocalRegistry {
  readonly url: string
  close(): Promise<void>
}

/**
 * Serves packed packages on this machine. Requests for others are redirected to the configured registry.
 *
 * @param tarballs The paths of the tarballs by the names of the packages.
 */
export async function startRegistry(tarballs: ReadonlyMap<string, string>): Promise<LocalRegistry> {
  const { stdout: configured } = await run('npm', ['config', 'get', 'registry'], { cwd: root })
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://local').pathname).slice(1)
    const file = path.startsWith('-/tarball/') ? tarballs.get(path.slice('-/tarball/'.length)) : undefined
    if (file !== undefined) response.end(readFileSync(file))
    else if (tarballs.has(path)) response.end(JSON.stringify(packument(path, `http://${request.headers.host}`)))
    else response.writeHead(302, { location: new URL(request.url?.slice(1) ?? '', configured.trim()).href }).end()
  })
  /** What a registry says about a package. */
  const packument = (name: string, url: string) => {
    const manifest = manifestOf(name)
    const integrity = `sha512-${createHash('sha512')
      .update(readFileSync(tarballs.get(name) ?? ''))
      .digest('base64')}`
    const dist = { tarball: `${url}/-/tarball/${name}`, integrity }
    const versions = { [manifest.version]: { ...manifest, dist } }
    return { name, 'dist-tags': { latest: manifest.version }, versions }
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The package.json of a package of this repository, found by the link that npm has made to it. */
function manifestOf(name: string): { readonly version: string } {
  return JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'))
}
