import { describeRowStorage } from '@maestro-dataflow/testkit/vitest'
import { describe } from 'vitest'
import { databases, temporaryDatabase } from '../__fixtures__/databases.js'
import { DBStorage } from './database-storage.js'

let names = 0

describe.each(databases)('%s', (name) => {
  const { connection, folder } = temporaryDatabase(name)

  describeRowStorage(
    async () => {
      const options = { connection, directory: folder, name: `storage ${++names}` }
      const storage = await DBStorage.open(options)
      return { storage, reopen: () => DBStorage.open(options), dispose: () => storage.clear() }
    },
    { title: 'DBStorage', timeout: 60_000 },
  )
})
