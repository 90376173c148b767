import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { type ServerCommand, startServer } from './server-process.ts'

/** Where tests reach a server. */
export interface ServerAddress {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  /** The certificate that the server shows; it signed it itself. */
  readonly certificate: string
}

export interface StartedServer {
  readonly address: ServerAddress
  stop(): Promise<void>
  /** Stops it and starts it again, on the same port and with the data that it has kept. */
  restart(): Promise<void>
}

/** Database servers refuse to run as root: they run as nobody then. */
const nobody: Pick<ServerCommand, 'user'> = process.getuid?.() === 0 ? { user: { uid: 65534, gid: 65534 } } : {}

/** The path of a program, looked for in PATH and in the folders given; undefined when it is not installed. */
export function findProgram(name: string, folders: readonly string[]): string | undefined {
  return [...(process.env.PATH ?? '').split(delimiter), ...folders]
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path))
}

/** An empty folder that a server may write to. */
export function serverFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-server-'))
  const { user } = nobody
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  return folder
}

/** Runs a program to its end. @throws with what it said when it fails */
export function runProgram(program: string, args: readonly string[], cwd: string): void {
  const { status, stdout, stderr, error } = spawnSync(program, args, { ...nobody.user, cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${error?.message ?? ''}${stdout}${stderr}`)
}

/** A key and a certificate for 127.0.0.1, `key.pem` and `certificate.pem` in the folder. */
export function makeCertificate(folder: string): void {
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost']
  const files = ['-keyout', 'key.pem', '-out', 'certificate.pem']
  runProgram('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files], folder)
}

/** Starts a server and waits until it answers. `stop` ends it by its process id and removes its folder. */
export async function startDatabase(
  command: string,
  args: readonly string[],
  folder: string,
  answers: () => Promise<unknown>,
  stopSignal: NodeJS.Signals,
): Promise<Pick<StartedServer, 'stop' | 'restart'>> {
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const ready = () => answers().then(() => true)
  const start = () => startServer({ command, args, cwd: folder, ...nobody, stopSignal, ready })
  try {
    let server = await start()
    return {
      stop: () => server.stop().finally(remove),
      async restart() {
        await server.stop()
        server = await start()
      },
    }
  } catch (error) {
    remove()
    throw error
  }
}
