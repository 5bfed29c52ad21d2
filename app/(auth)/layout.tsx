import type { ReactNode } from 'react'
import { Logo } from '@/components/frame/logo'

/** The screens before the console: what this is at the left, the one form at the right. */
export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <div className="grid min-h-dvh grid-cols-[minmax(18rem,33rem)_minmax(0,1fr)] max-md:grid-cols-1 max-md:grid-rows-[auto_1fr]">
      <header className="flex flex-col border-r border-line bg-canvas px-8 py-7 max-md:border-r-0 max-md:border-b max-md:px-6 max-md:py-3">
        <span className="flex items-center gap-2.5 font-section">
          <Logo />
          Signalbox
        </span>
        <p className="mt-auto max-w-[40ch] text-ink2 max-md:hidden">
          The control plane for AI agents in production: what a decision was made of, what it cost, and what to do when
          it goes wrong.
        </p>
      </header>
      <main className="flex flex-col justify-center px-16 py-12 max-lg:px-10 max-md:justify-start max-md:px-6 max-md:py-8">
        <div className="w-full max-w-96">{children}</div>
      </main>
    </div>
  )
}
