import 'server-only'
import { Logger, run, type Runner } from 'graphile-worker'
import { systemClock } from '@/lib/core/clock'
import { ownerPool } from '@/lib/core/db'
import { log } from '@/lib/core/log'
import { CRONTAB, preparePartitions, taskList } from '@/lib/worker/tasks'

/**
 * Starts the background work: jobs and timers on graphile-worker, as the owner of the tables (its job table knows no
 * other role). Signals are the caller's; `stop` waits for the job under way.
 */
export const startWorker = async (): Promise<{ runner: Runner; stop: () => Promise<void> }> => {
  const owner = ownerPool(3)
  await preparePartitions(owner, systemClock())
  const runner = await run({
    pgPool: owner,
    concurrency: 1,
    pollInterval: 10_000,
    noHandleSignals: true,
    taskList: taskList(owner),
    crontab: CRONTAB,
    logger: new Logger(() => (level, message) => {
      if (level === 'error') log.error({ message }, 'worker')
      else if (level === 'warning') log.warn({ message }, 'worker')
    }),
  })
  return {
    runner,
    stop: async () => {
      await runner.stop()
      await owner.end()
    },
  }
}
