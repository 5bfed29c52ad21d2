import type { Metadata } from 'next'
import { oneOf, type SearchParams } from '@/components/frame/page-input'
import { ROLE_NAMES, ROLE_NOTES } from '@/components/frame/viewer'
import { PageHeader } from '@/components/ui/page-header'
import { Section, SectionBody } from '@/components/ui/section'
import type { SessionCtx } from '@/lib/auth/caller'
import { currentSession } from '@/lib/auth/session'
import { paths } from '@/lib/paths'
import { toSignIn } from '../_parts/console-session'
import { PasswordForm } from './_parts/password-form'
import { SignOutEverywhere } from './_parts/sign-out-everywhere'

export const metadata: Metadata = { title: 'Your account' }

/** Also for somebody who is in no team: it needs a person only. The team in the URL is where the rail leads. */
export default async function AccountPage({ searchParams }: { searchParams: SearchParams }) {
  const ctx = await currentSession()
  if (!ctx) return toSignIn(paths.account({ team: oneOf((await searchParams).team) }))
  return (
    <>
      <PageHeader title="Your account" verdict={`${ctx.person.name}, ${ctx.person.email}`} />
      <Section title="Roles" note="what you may do, and where">
        <Roles ctx={ctx} />
      </Section>
      <Section title="Password">
        <SectionBody>
          <PasswordForm email={ctx.person.email} />
        </SectionBody>
      </Section>
      <Section title="Sign-ins">
        <SectionBody>
          <SignOutEverywhere />
        </SectionBody>
      </Section>
    </>
  )
}

const Roles = ({ ctx }: { ctx: SessionCtx }) => {
  const { platformRole } = ctx.person
  const roles = [
    ...(platformRole === null ? [] : [{ where: 'Every team', role: platformRole }]),
    ...ctx.memberships.map((team) => ({ where: team.name, role: team.role })),
  ]
  if (roles.length === 0) return <p className="border-b border-line px-6 py-3 text-ink2 max-sm:px-4">None yet.</p>
  return (
    <dl className="grid grid-cols-[minmax(8rem,16rem)_minmax(0,1fr)] gap-x-4 gap-y-2 border-b border-line px-6 py-3 max-sm:grid-cols-1 max-sm:gap-y-0 max-sm:px-4 [&>dd]:max-sm:mb-2">
      {roles.map(({ where, role }) => (
        <div key={where} className="contents">
          <dt className="truncate text-ink2" title={where}>
            {where}
          </dt>
          <dd>
            <span className="inline-block first-letter:uppercase">{ROLE_NAMES[role]}</span>
            <span className="text-ink2">: {ROLE_NOTES[role]}</span>
          </dd>
        </div>
      ))}
    </dl>
  )
}
