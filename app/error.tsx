'use client'
import { Button } from '@/components/ui/button'
import { ErrorState } from '@/components/ui/error-state'

/** A page that could not be made. What is known without the server is said; the digest finds it in the log. */
export default function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <div className="pt-6">
      <title>Error · Signalbox</title>
      <ErrorState
        title="This page could not be shown"
        what="Something failed on the server or on the way. Nothing was changed."
        requestId={error.digest}
        act={<Button onClick={reset}>Read again</Button>}
      />
    </div>
  )
}
