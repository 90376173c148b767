/** What `npm create maestro` shares with `maestro init`. */

export { installPackages } from './init/install-packages.js'
export { developmentPackages, zodVersion } from './init/package-json.js'
export { type ProjectTemplate, projectTemplates } from './init/project-files.js'
export { type InitCommandOptions, init } from './init-command.js'
export { reportError } from './report-error.js'
export { printJson } from './terminal/json.js'
export { print, printMessage } from './terminal/print.js'
export { version } from './version.js'
