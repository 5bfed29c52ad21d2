'use client'
import { Button } from '@/components/ui/button'
import { FormMessage } from '@/components/ui/form-message'
import { useSignOutEverywhere } from '@/lib/auth/hooks'
import { paths } from '@/lib/paths'

export const SignOutEverywhere = () => {
  const signOut = useSignOutEverywhere()
  return (
    <div className="flex flex-col gap-3">
      <p className="text-pretty text-ink2">
        Ends every sign-in of yours within a second, on every device and this one too. Keys of agents keep working.
      </p>
      <FormMessage>{signOut.error?.message}</FormMessage>
      <span>
        <Button
          tone="danger"
          busy={signOut.isPending || signOut.isSuccess}
          // A full load: nothing of the session stays in memory.
          onClick={() => signOut.mutate(undefined, { onSuccess: () => window.location.assign(paths.signIn()) })}
        >
          Sign out everywhere
        </Button>
      </span>
    </div>
  )
}
