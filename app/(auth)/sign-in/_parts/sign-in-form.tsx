'use client'
import { useState } from 'react'
import { signInWithPassword } from '@/components/frame/sign-in-with-password'
import { Button } from '@/components/ui/button'
import { FormMessage } from '@/components/ui/form-message'
import { TextField } from '@/components/ui/text-field'

export const SignInForm = ({ to }: { to: string }) => {
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const signIn = async () => {
    setBusy(true)
    setProblem(null)
    const failed = await signInWithPassword(email, password)
    if (failed === null) return window.location.assign(to)
    setProblem(failed)
    setBusy(false)
  }
  return (
    <form
      className="mt-5 flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (!busy) void signIn()
      }}
    >
      <TextField
        label="E-mail"
        name="email"
        type="email"
        autoComplete="username"
        required
        autoFocus
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <TextField
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <FormMessage>{problem}</FormMessage>
      <span>
        <Button type="submit" tone="primary" busy={busy}>
          {busy ? 'Signing in …' : 'Sign in'}
        </Button>
      </span>
      <p className="text-small text-ink2">No account? Ask a lead of your team for an invitation link.</p>
    </form>
  )
}
