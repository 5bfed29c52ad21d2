'use client'
import Link from 'next/link'
import { useState } from 'react'
import { Menu } from '@/components/ui/menu'
import { useToast } from '@/components/ui/toast'
import { api, ApiError } from '@/lib/http/client'
import { paths } from '@/lib/paths'
import { applyTheme, currentTheme, parseTheme, type Theme } from './theme'
import { ROLE_NAMES, type Viewer } from './viewer'

/** Who is signed in, how it looks, and the way out. */
export const PersonMenu = ({ viewer, team }: { viewer: Viewer; team: string | undefined }) => {
  const [theme, setTheme] = useState<Theme | null>(null)
  const toast = useToast()
  const signOut = async () => {
    try {
      await api('DELETE', '/session')
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 401)) {
        toast.failed('You are still signed in', 'Signalbox does not answer. Try again.')
        return
      }
    }
    // A full load: nothing of the session stays in memory.
    window.location.assign(paths.signIn())
  }
  const role = viewer.platformRole ? ` · ${ROLE_NAMES[viewer.platformRole]}` : ''
  return (
    <Menu
      align="end"
      trigger={
        <button
          type="button"
          aria-label={`${viewer.name}, your menu`}
          className="flex size-7 shrink-0 items-center justify-center rounded-full border border-line2 bg-sunken text-label font-section text-ink2 max-sm:size-9"
        >
          {initials(viewer.name)}
        </button>
      }
      groups={[
        {
          label: `${viewer.name} · ${viewer.email}${role}`,
          rows: [{ kind: 'link', label: 'Your account', link: <Link href={paths.account({ team })} /> }],
        },
        {
          label: 'Theme',
          choices: [
            { value: 'system', label: 'As the system' },
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ],
          value: theme ?? (typeof document === 'undefined' ? 'system' : currentTheme()),
          onChange: (value) => {
            applyTheme(parseTheme(value))
            setTheme(parseTheme(value))
          },
        },
        { rows: [{ kind: 'act', label: 'Sign out', onSelect: () => void signOut() }] },
      ]}
    />
  )
}

/** First letters of the first and last word, by code point. */
const initials = (name: string): string => {
  const words = name.trim().split(/\s+/)
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => Array.from(word ?? '')[0] ?? '')
  return letters.join('').toUpperCase()
}
