// The storages of files hold what every storage of rows does.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileStorage } from '@maestro-dataflow/plugin-fs'
import { describeRowStorage } from '@maestro-dataflow/testkit/vitest'

describeRowStorage(
  () => {
    const project = mkdtempSync(join(tmpdir(), 'maestro-storage-'))
    const open = () => new FileStorage({ directory: 'steps', project })
    return { storage: open(), reopen: open, dispose: () => rmSync(project, { recursive: true, force: true }) }
  },
  { title: 'FileStorage' },
)
