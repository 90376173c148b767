import { readFileSync } from 'node:fs'

/** Reads a JSON file. @returns undefined if it is missing or not JSON */
export function readJson<Content>(path: string): Content | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Content
  } catch {
    return undefined
  }
}
