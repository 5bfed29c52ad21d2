import type { z } from 'zod'
import { api } from '@/lib/http/client'
import { useWrite } from '@/lib/http/query-client'
import type { PasswordChange, SessionsEnded } from './schema'

/** A person's own sign-ins in the browser. Both answer how many sign-ins were ended. */

type Ended = z.infer<typeof SessionsEnded>

/** The caller's sign-in stays, every other one ends. */
export const useChangePassword = () =>
  useWrite((body: z.input<typeof PasswordChange>) => api<Ended>('POST', '/session/password', { body }))

/** Ends the caller's sign-in too: load the sign-in page afterwards. */
export const useSignOutEverywhere = () => useWrite((_: void) => api<Ended>('DELETE', '/sessions'))
