import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

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
}

/** Database servers refuse to run as root: they run as nobody then. */
const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined

/** The path of a program, looked for in PATH and in the folders given; undefined when it is not installed. */
export function findProgram(name: string, folders: readonly string[]): string | undefined {
  return [...(process.env.PATH ?? '').split(delimiter), ...folders]
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path))
}

/** An empty folder that a server may write to. */
export function serverFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-server-'))
  if (nobody !== undefined) chownSync(folder, nobody.uid, nobody.gid)
  return folder
}

/** Runs a program to its end. @throws with what it said when it fails */
export function runProgram(program: string, args: readonly string[], cwd: string): void {
  const { status, stdout, stderr, error } = spawnSync(program, args, { ...nobody, cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${error?.message ?? ''}${stdout}${stderr}`)
}

/** A key and a certificate for 127.0.0.1, `key.pem` and `certificate.pem` in the folder. */
export function makeCertificate(folder: string): void {
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost']
  const files = ['-keyout', 'key.pem', '-out', 'certificate.pem']
  runProgram('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files], folder)
}

/** A port of the loopback interface that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

const startMilliseconds = 60_000

/** Starts a server and waits until it answers. `stop` ends it by its process id and removes its folder. */
export async function startServer(
  program: string,
  args: readonly string[],
  folder: string,
  answers: () => Promise<unknown>,
  stopSignal: NodeJS.Signals,
): Promise<() => Promise<void>> {
  const server = spawn(program, args, { ...nobody, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [server.stdout, server.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-5000)
    })
  }
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()))
  const stop = async () => {
    if (isRunning(server)) server.kill(stopSignal)
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  const deadline = Date.now() + startMilliseconds
  for (;;) {
    try {
      await answers()
      return stop
    } catch (error) {
      if (isRunning(server) && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 100))
        continue
      }
      await stop()
      throw new Error(`${program} did not start: ${said}`, { cause: error })
    }
  }
}

function isRunning(server: ChildProcess): boolean {
  return server.exitCode === null && server.signalCode === null
}
