'use client'
import { useRouter } from 'next/navigation'
import { useTransition } from 'react'
import { Button } from '@/components/ui/button'
import { ErrorState } from '@/components/ui/error-state'

export type PageFailure = { error: Error & { digest?: string }; reset: () => void }

/** A page that the server could not make. What is known without the server is said; the digest finds it in the log. */
export const FailedPage = ({ error, reset }: PageFailure) => {
  const router = useRouter()
  const [busy, start] = useTransition()
  // `reset` alone would draw the failed answer again: what the server sent has to be asked for anew.
  const again = () =>
    start(() => {
      router.refresh()
      reset()
    })
  return (
    <div className="pt-1">
      <title>Error · Signalbox</title>
      <ErrorState
        title="This page could not be shown"
        what="The server failed to read what the page needs; most often its database is away for a moment. Nothing was changed."
        requestId={error.digest}
        act={
          <Button busy={busy} onClick={again}>
            {busy ? 'Reading …' : 'Read again'}
          </Button>
        }
      />
    </div>
  )
}
