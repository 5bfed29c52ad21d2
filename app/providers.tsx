'use client'
import { CSPProvider } from '@base-ui/react/csp-provider'
import { QueryClientProvider, type QueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { ToastProvider } from '@/components/ui/toast'
import { ApiError } from '@/lib/http/client'
import { makeQueryClient } from '@/lib/http/query-client'
import { paths } from '@/lib/paths'

/** Inline style elements are off: the content security policy allows none, and globals.css has what they would do. */
export const Providers = ({ children }: { children: ReactNode }) => {
  const [client] = useState(() => leavingWhenSignedOut(makeQueryClient()))
  return (
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={client}>
        <ToastProvider>{children}</ToastProvider>
      </QueryClientProvider>
    </CSPProvider>
  )
}

/** A sign-in that ended elsewhere shows at the next reading. A full load: nothing of the session stays in memory. */
const leavingWhenSignedOut = (client: QueryClient): QueryClient => {
  client.getQueryCache().subscribe((event) => {
    const ended =
      event.type === 'updated' &&
      event.action.type === 'error' &&
      event.action.error instanceof ApiError &&
      event.action.error.status === 401
    if (!ended || typeof window === 'undefined' || window.location.pathname === paths.signIn()) return
    window.location.assign(paths.signIn({ next: `${window.location.pathname}${window.location.search}` }))
  })
  return client
}
