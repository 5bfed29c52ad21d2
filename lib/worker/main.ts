import 'server-only'
import { log } from '@/lib/core/log'
import { startWorker } from '@/lib/worker/run'

/** `npm run worker`: the worker as a process of its own, beside apps with SIGNALBOX_WORKER=off. */
const { runner, stop } = await startWorker()
log.info('worker started')
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop().then(() => process.exit(0)))
await runner.promise
