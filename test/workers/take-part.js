// The process of a run or of a worker, without the one that would control its end, so that a signal reaches it:
// node take-part.js FOLDER work | run. A run goes on with the one that was left unfinished.
import { openProject } from '@maestro-dataflow/core/runtime'

const [cwd = '', part = ''] = process.argv.slice(2)
const project = openProject({ cwd })
if (part === 'work') await project.work({ concurrency: 1, tags: [], signal: new AbortController().signal })
else {
  const [unfinished] = await project.unfinishedRuns()
  await project.run('ask', unfinished === undefined ? {} : { resume: { run: unfinished.runId } })
}
await project.dispose()
