'use client'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { FormMessage } from '@/components/ui/form-message'
import { formProblem } from '@/components/ui/form-problem'
import { TextField } from '@/components/ui/text-field'
import { useToast } from '@/components/ui/toast'
import { useChangePassword } from '@/lib/auth/hooks'
import { counted } from '@/lib/charts/format'

const EMPTY = { currentPassword: '', newPassword: '' }

/** The current password proves that it is the person and not somebody at their unlocked screen. */
export const PasswordForm = ({ email }: { email: string }) => {
  const change = useChangePassword()
  const toast = useToast()
  const [form, setForm] = useState(EMPTY)
  const field = (name: keyof typeof EMPTY) => ({
    name,
    required: true,
    value: form[name],
    problem: change.error?.fieldMessage(name),
    onChange: (event: { target: { value: string } }) => setForm({ ...form, [name]: event.target.value }),
  })
  const save = () =>
    change.mutate(form, {
      onSuccess: ({ ended }) => {
        setForm(EMPTY)
        toast.done('Your password was changed', `${counted(ended, 'other sign-in')} of yours ended.`)
      },
    })
  return (
    <form
      className="flex max-w-96 flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (!change.isPending) save()
      }}
    >
      <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
      <TextField
        {...field('currentPassword')}
        type="password"
        label="Current password"
        autoComplete="current-password"
      />
      <TextField
        {...field('newPassword')}
        type="password"
        label="New password"
        autoComplete="new-password"
        minLength={12}
        hint="At least 12 characters. Length beats symbols. Your other sign-ins end, this one stays."
      />
      <FormMessage>{formProblem(change.error)}</FormMessage>
      <span>
        <Button type="submit" tone="primary" busy={change.isPending}>
          Change password
        </Button>
      </span>
    </form>
  )
}
