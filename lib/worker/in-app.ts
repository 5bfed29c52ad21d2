import 'server-only'
import { env } from '@/lib/core/env'
import { log } from '@/lib/core/log'
import { startWorker } from '@/lib/worker/run'

const RETRY_MS = 5_000
let stopping = false

/** Starts the worker inside the app unless it has a process of its own; tries again while the database is away. */
export const startInApp = (): void => {
  if (env().SIGNALBOX_WORKER === 'off') return
  const state = globalThis as unknown as { signalboxWorker?: true }
  if (state.signalboxWorker) return
  state.signalboxWorker = true
  void keepRunning()
}

const keepRunning = async (): Promise<void> => {
  while (!stopping) {
    try {
      const { runner, stop } = await startWorker()
      const onSignal = (): void => {
        stopping = true
        void stop().catch((error: unknown) => log.warn({ err: error }, 'worker did not stop cleanly'))
      }
      process.once('SIGTERM', onSignal)
      process.once('SIGINT', onSignal)
      await runner.promise
      process.off('SIGTERM', onSignal)
      process.off('SIGINT', onSignal)
    } catch (error) {
      log.error({ err: error }, 'worker stopped; starting it again')
    }
    if (!stopping) await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref())
  }
}
