/** Runs once in every server process of Next: starts the in-app worker and lets a shutdown finish what is under way. */
export const register = async (): Promise<void> => {
  if (process.env.NEXT_RUNTIME !== 'nodejs' || process.env.NEXT_PHASE === 'phase-production-build') return
  const { startInApp } = await import('@/lib/worker/in-app')
  startInApp()
}
