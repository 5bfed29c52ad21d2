// Restarting what died, with growing pauses, and giving up when it does not stay up.

/** Pause before restart number `n` (0 is the first) after failures close to each other. */
export const pauseBeforeRestart = (n) => Math.min(10_000, 250 * 2 ** n)

const STABLE_MS = 60_000
export const MOST_RESTARTS = 8

/** Counts deaths that follow each other quickly; a minute of health forgets them. */
export function restartBudget({ now = () => performance.now() } = {}) {
  let deaths = 0
  let lastDeath = -Infinity
  return {
    /** The pause before the next start, or null when it is time to give up. */
    nextPause() {
      if (now() - lastDeath > STABLE_MS) deaths = 0
      lastDeath = now()
      return deaths >= MOST_RESTARTS ? null : pauseBeforeRestart(deaths++)
    },
  }
}
