'use client'
import { useEffect, useState } from 'react'

/** Nobody looks at a page for longer than this without doing something. */
export const LISTENS_MS = 10 * 60_000

/** On for ten minutes, then off until it is asked to go on. */
export const useListening = (): { isListening: boolean; goOn: () => void } => {
  const [round, setRound] = useState(0)
  const [ended, setEnded] = useState(-1)
  // The external system is the clock.
  useEffect(() => {
    const timer = window.setTimeout(setEnded, LISTENS_MS, round)
    return () => window.clearTimeout(timer)
  }, [round])
  return { isListening: ended < round, goOn: () => setRound((before) => before + 1) }
}
