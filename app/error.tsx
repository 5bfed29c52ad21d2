'use client'
import { FailedPage, type PageFailure } from '@/components/frame/failed-page'
import { Logo } from '@/components/frame/logo'

/** Nothing of the console could be made, not even its frame. */
export default function AppError(failure: PageFailure) {
  return (
    <main>
      <p className="flex h-11 items-center gap-2.5 border-b border-line bg-canvas px-6 font-section max-sm:px-4">
        <Logo />
        Signalbox
      </p>
      <FailedPage {...failure} />
    </main>
  )
}
