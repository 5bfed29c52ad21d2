'use client'
import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { Button } from './button'
import { Icon } from './icon'
import { useToast } from './toast'

/** Copies text and says so in place. Where the clipboard is refused it says how to copy by hand. */
export const CopyButton = ({ text, what }: { text: string; what: string }) => {
  const [copied, setCopied] = useState(false)
  const toast = useToast()
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setCopied(true)
      window.setTimeout(() => setCopied(false), 2_000)
    } catch {
      // Browsers refuse on plain http beyond localhost, and when the page is not focused.
      toast.failed(`${what} was not copied`, 'The browser refused. Select the text and copy it by hand.')
    }
  }
  return (
    <Button size="small" onClick={() => void copy()} aria-label={copied ? `${what} copied` : `Copy ${what}`}>
      <Icon of={copied ? Check : Copy} />
      {copied ? 'Copied' : 'Copy'}
    </Button>
  )
}
