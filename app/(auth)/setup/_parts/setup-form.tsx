'use client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { signInWithPassword } from '@/components/frame/sign-in-with-password'
import { Button } from '@/components/ui/button'
import { FormMessage } from '@/components/ui/form-message'
import { TextField } from '@/components/ui/text-field'
import { api, type ApiError } from '@/lib/http/client'
import { paths } from '@/lib/paths'

type Setup = { code: string; name: string; email: string; password: string; teamName: string }

export const SetupForm = () => {
  const [form, setForm] = useState<Setup>({ code: '', name: '', email: '', password: '', teamName: '' })
  const setUp = useMutation<void, ApiError, Setup>({
    mutationFn: async (body) => {
      const { teamSlug } = await api<{ teamSlug: string }>('POST', '/setup', { body })
      const failed = await signInWithPassword(body.email, body.password)
      window.location.assign(failed === null ? paths.releases({ team: teamSlug }) : paths.signIn())
    },
  })
  const fieldProblem = (name: keyof Setup) => setUp.error?.fieldMessage(name)
  const busy = setUp.isPending || setUp.isSuccess
  const field = (name: keyof Setup) => ({
    name,
    required: true,
    value: form[name],
    problem: fieldProblem(name),
    onChange: (event: { target: { value: string } }) => setForm({ ...form, [name]: event.target.value }),
  })
  const shown = setUp.error && setUp.error.details.length === 0 ? setUp.error.message : null
  return (
    <form
      className="mt-5 flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (!busy) setUp.mutate(form)
      }}
    >
      <TextField
        {...field('code')}
        label="Setup code"
        hint="npm start printed it. It is also in the file setup-code of the data folder."
        autoComplete="one-time-code"
        spellCheck={false}
        mono
        autoFocus
      />
      <TextField {...field('name')} label="Your name" autoComplete="name" />
      <TextField {...field('email')} label="E-mail" type="email" autoComplete="username" />
      <TextField
        {...field('password')}
        label="Password"
        type="password"
        autoComplete="new-password"
        minLength={12}
        hint="At least 12 characters. Length beats symbols."
      />
      <TextField
        {...field('teamName')}
        label="First team"
        hint="Who owns agents, for example Support."
        autoComplete="organization"
      />
      <FormMessage>{shown}</FormMessage>
      <span>
        <Button type="submit" tone="primary" busy={busy}>
          {busy ? 'Setting up …' : 'Set up Signalbox'}
        </Button>
      </span>
    </form>
  )
}
