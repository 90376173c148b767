// `npm run docs`: writes what the pages take from the code.
import { writeFileSync } from 'node:fs'
import { errorsPage, errorsPagePath } from './errors-page.js'
import { operatorReference, operatorReferencePath } from './operator-reference.js'
import { pluginPages } from './plugin-pages.js'

writeFileSync(errorsPagePath, await errorsPage())
writeFileSync(operatorReferencePath, await operatorReference())
for (const { path, text } of pluginPages()) writeFileSync(path, text)
