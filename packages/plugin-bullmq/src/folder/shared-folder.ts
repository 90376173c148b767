/** A file of a folder. */
export interface AgedFile {
  readonly name: string
  /** Milliseconds since it was written, by the clock of the folder. */
  readonly age: number
}

/** Files that several machines read and write. A file is either complete or absent. */
export interface SharedFolder {
  /** How often a process should write and look, in milliseconds. */
  readonly beatMs: number
  /** Writes a file, or replaces it. */
  write(name: string, text: string): Promise<void>
  /**
   * Creates a file, if there is none. Of several writers, in whatever processes and on whatever machines, one succeeds.
   *
   * @param text No other writer has the same: it tells whose the file is after an answer was lost.
   * @returns whether it was this one
   */
  create(name: string, text: string): Promise<boolean>
  /** The text of a file; undefined if there is none. */
  read(name: string): Promise<string | undefined>
  has(name: string): Promise<boolean>
  /**
   * The files in a folder, and how old they are: clocks of machines differ, and the folder has one.
   *
   * @param clock A file that this process has just written: it tells the time of the folder.
   */
  list(name: string, clock: string): Promise<readonly AgedFile[]>
  remove(name: string): Promise<void>
  /** Removes a folder with the files in it. */
  removeAll(folder: string): Promise<void>
}
