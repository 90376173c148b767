// Puts a few reviews into the database, through a pipeline too.
import { pipeline } from '@maestro-dataflow/core'
import { openProject } from '@maestro-dataflow/core/runtime'

const reviews = [
  { id: 1, text: 'Wonderful   soup,\nI will come again!' },
  { id: 2, text: 'The room was dirty and nobody cared.' },
  { id: 3, text: 'ok' },
  { id: 4, text: 'Great service, fair prices.' },
  { id: 5, text: 'They lost my order twice.' },
  { id: 6, text: '很好吃，服务也很好。' },
]
const project = openProject({ cwd: import.meta.dirname })
await project.run(pipeline('make-shop').from(reviews).write('reviews', { mode: 'overwrite', key: 'id' }))
await project.dispose()
