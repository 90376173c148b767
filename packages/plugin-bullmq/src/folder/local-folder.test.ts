import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe } from 'vitest'
import { describeSharedFolder } from '../__fixtures__/describe-shared-folder.js'
import { LocalFolder } from './local-folder.js'

describe('a folder of a file system', () => {
  const path = mkdtempSync(join(tmpdir(), 'shared-folder-'))
  afterAll(() => rmSync(path, { recursive: true }))
  describeSharedFolder(() => new LocalFolder(path))
})
