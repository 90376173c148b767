import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ownFile, ownFolder } from '../../builtin/state-directory.js'
import { stateError, stateErrors } from '../state/state-errors.js'
import { failpoint } from './failpoints.js'
import { encodeFrame } from './frames.js'
import { syncName } from './sync-folder.js'

interface Waiting {
  readonly frame: Buffer
  resolve(offset: number): void
  reject(error: unknown): void
}

/**
 * An append-only file of frames. A frame counts when it is on the disk. There is no timer: the frames that arrive while
 * one group is synced form the next group, so that the groups grow with the delay of the disk.
 */
export class FrameLog {
  readonly #path: string
  readonly #file: FileHandle
  readonly #assertOwned: () => void
  #waiting: Waiting[] = []
  #writing: Promise<void> | undefined
  #end = 0

  private constructor(path: string, file: FileHandle, assertOwned: () => void) {
    this.#path = path
    this.#file = file
    this.#assertOwned = assertOwned
  }

  /**
   * Creates the file.
   *
   * @param assertOwned Throws if this process may no longer write.
   * @throws MAESTRO_RUN_STATE
   */
  static async create(path: string, assertOwned: () => void): Promise<FrameLog> {
    return stateErrors(path, async () => {
      await mkdir(dirname(path), { recursive: true, mode: ownFolder })
      const file = await open(path, 'wx+', ownFile)
      await syncName(path)
      return new FrameLog(path, file, assertOwned)
    })
  }

  /** The file descriptor, for reading what was appended. */
  get file(): number {
    return this.#file.fd
  }

  /** Appends a frame. @returns its offset, when the frame is on the disk. @throws MAESTRO_RUN_STATE, MAESTRO_RUN_TAKEN_OVER */
  append(payload: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ frame: encodeFrame(payload), resolve, reject })
      this.#writing ??= this.#writeGroups()
    })
  }

  /** Waits for the frames that were appended, and closes the file. */
  async close(): Promise<void> {
    await this.#writing
    await this.#file.close()
  }

  async #writeGroups(): Promise<void> {
    // What is appended in this turn of the event loop goes together.
    await new Promise<void>((resolve) => setImmediate(resolve))
    while (this.#waiting.length > 0) {
      const group = this.#waiting
      this.#waiting = []
      try {
        await this.#write(group)
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    this.#writing = undefined
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    this.#assertOwned()
    const start = this.#end
    const data = Buffer.concat(group.map(({ frame }) => frame))
    try {
      for (let done = 0; done < data.length; )
        done += (await this.#file.write(data, done, data.length - done, start + done)).bytesWritten
      failpoint('calls-written')
      await this.#file.datasync()
      failpoint('calls-synced')
    } catch (error) {
      throw stateError(this.#path, error)
    }
    this.#end = start + data.length
    let offset = start
    for (const { frame, resolve } of group) {
      resolve(offset)
      offset += frame.length
    }
  }
}
