'use client'
import { useState } from 'react'
import { signInWithPassword } from '@/components/frame/sign-in-with-password'
import { Button } from '@/components/ui/button'
import { FormMessage } from '@/components/ui/form-message'
import { TextField } from '@/components/ui/text-field'
import { ApiError } from '@/lib/http/client'
import { paths } from '@/lib/paths'
import { useAcceptInvitation } from '@/lib/teams/hooks'
import type { InvitationPreview } from '@/lib/teams/schema'

/** A new person chooses name and password; one with an account signs in with it, here, so that the link stays whole. */
export const JoinForm = ({
  token,
  preview,
  signedInAs,
}: {
  token: string
  preview: InvitationPreview
  signedInAs: string | null
}) => {
  const accept = useAcceptInvitation()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const isNew = preview.next === 'sign-up'
  const isSignedIn = !isNew && signedInAs === preview.email

  const join = async () => {
    setBusy(true)
    setProblem(null)
    const failed = isNew ? await joinAsNew() : await joinAsKnown()
    if (failed === null) window.location.assign(paths.home())
    else {
      setProblem(failed)
      setBusy(false)
    }
  }
  const joinAsNew = async () =>
    (await messageOf(accept.mutateAsync({ token, name, password }))) ?? signInWithPassword(preview.email, password)
  const joinAsKnown = async () =>
    (isSignedIn ? null : await signInWithPassword(preview.email, password)) ?? messageOf(accept.mutateAsync({ token }))

  return (
    <form
      className="mt-5 flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (!busy) void join()
      }}
    >
      {isNew ? (
        <TextField
          label="Your name"
          name="name"
          autoComplete="name"
          required
          autoFocus
          value={name}
          problem={accept.error?.fieldMessage('name')}
          onChange={(event) => setName(event.target.value)}
        />
      ) : null}
      <input type="hidden" name="username" autoComplete="username" value={preview.email} readOnly />
      {isSignedIn ? null : (
        <TextField
          label={isNew ? 'Password' : `Password of ${preview.email}`}
          name="password"
          type="password"
          autoComplete={isNew ? 'new-password' : 'current-password'}
          {...(isNew ? { minLength: 12, hint: 'At least 12 characters. Length beats symbols.' } : {})}
          required
          value={password}
          problem={accept.error?.fieldMessage('password')}
          onChange={(event) => setPassword(event.target.value)}
        />
      )}
      {signedInAs !== null && signedInAs !== preview.email ? (
        <p className="text-small text-ink2">
          You are signed in as {signedInAs}; joining signs you in as {preview.email}.
        </p>
      ) : null}
      <FormMessage>{problem}</FormMessage>
      <span>
        <Button type="submit" tone="primary" busy={busy}>
          {busy ? 'Joining …' : `Join ${preview.teamName ?? 'Signalbox'}`}
        </Button>
      </span>
    </form>
  )
}

/** The sentence of a failed write; null when it went through. */
const messageOf = async (write: Promise<unknown>): Promise<string | null> => {
  try {
    await write
    return null
  } catch (error) {
    return error instanceof ApiError ? error.message : 'Something failed in this browser. Load the page again.'
  }
}
