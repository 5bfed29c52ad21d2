'use client'
import { useQuery } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { AuthHeading } from '@/components/frame/auth-heading'
import { ROLE_NAMES, ROLE_NOTES } from '@/components/frame/viewer'
import { ButtonLink } from '@/components/ui/button-link'
import { Skeleton } from '@/components/ui/skeleton'
import { ApiError } from '@/lib/http/client'
import { paths } from '@/lib/paths'
import { invitationPreviewOptions } from '@/lib/teams/hooks'
import { JoinForm } from './join-form'

/** What the link offers, then the one form to take it. */
export const Invitation = ({ signedInAs }: { signedInAs: string | null }) => {
  const token = useSyncExternalStore(onHashChange, hash, () => null)
  const preview = useQuery({ ...invitationPreviewOptions(token ?? ''), enabled: token !== null && token !== '' })
  if (token === '') return <Unusable why="The link is not complete. Copy all of it, also what follows the #." />
  if (preview.isError) return <Unusable why={whyOf(preview.error)} />
  if (!preview.data || token === null) {
    return (
      <div role="status" aria-label="Reading the invitation" className="flex flex-col gap-3">
        <Skeleton className="h-7 w-56" />
        <Skeleton className="h-4 w-80" />
      </div>
    )
  }
  const { teamName, role } = preview.data
  return (
    <>
      <AuthHeading title={`Join ${teamName ?? 'Signalbox'}`}>
        {preview.data.email} is invited as <strong className="font-key text-ink">{ROLE_NAMES[role]}</strong>:{' '}
        {ROLE_NOTES[role]}.
      </AuthHeading>
      <JoinForm token={token} preview={preview.data} signedInAs={signedInAs} />
    </>
  )
}

const Unusable = ({ why }: { why: string }) => (
  <>
    <AuthHeading title="This invitation does not work">{why}</AuthHeading>
    <p className="mt-4">
      <ButtonLink href={paths.signIn()}>Sign in</ButtonLink>
    </p>
  </>
)

const whyOf = (error: Error): string =>
  error instanceof ApiError && error.status === 404
    ? 'Nobody knows this link. Copy all of it, or ask for a new one.'
    : error.message

const hash = (): string => decodeURIComponent(window.location.hash.slice(1))

const onHashChange = (listener: () => void) => {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}
