'use client'
import { FailedPage, type PageFailure } from '@/components/frame/failed-page'

/** The frame stays: the other screens may still work. */
export default function PageError(failure: PageFailure) {
  return <FailedPage {...failure} />
}
