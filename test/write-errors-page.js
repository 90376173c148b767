import { writeFileSync } from 'node:fs'
import { errorsPage, errorsPagePath } from './errors-page.js'

writeFileSync(errorsPagePath, await errorsPage())
