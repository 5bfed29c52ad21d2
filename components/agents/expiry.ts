import type { Choice } from '@/components/ui/select-field'

export type Expiry = '30' | '90' | '365' | 'never'

export const EXPIRY_CHOICES: readonly [Choice<Expiry>, ...Choice<Expiry>[]] = [
  { value: '90', label: 'In 90 days' },
  { value: '30', label: 'In 30 days' },
  { value: '365', label: 'In a year' },
  { value: 'never', label: 'Never' },
]

const DAY_MS = 86_400_000

export const expiresAt = (expiry: Expiry, now: Date): string | null =>
  expiry === 'never' ? null : new Date(now.getTime() + Number(expiry) * DAY_MS).toISOString()
