import { Socket } from 'node:net'
import { Channel } from '../channel.js'
import type { PluginCalls, ProjectCalls } from '../messages.js'
import { IsolatedSide } from './isolated-side.js'
import { sealProcess } from './seal-process.js'

// The program of the process in which the operators of one plugin run.
const stream = new Socket({ fd: 3, readable: true, writable: true })
sealProcess(stream, process.argv.slice(3))
const side: IsolatedSide = new IsolatedSide(() => channel)
const channel = new Channel<ProjectCalls, PluginCalls>(stream, process.argv[2] ?? 'plugin', side.answers)
// The end of the project's own process ends this one.
stream.on('close', () => process.exit())
