import { Step } from '@/components/connect/step'
import { ButtonLink } from '@/components/ui/button-link'
import { CodeBlock } from '@/components/ui/code-block'
import { paths } from '@/lib/paths'
import { firstRequest } from './first-request'

/** From nothing to the first figure: a key, one request, and the page that changes by itself. */
export const FirstRun = ({
  team,
  now,
  origin,
  canMakeKeys,
}: {
  team: { slug: string; name: string }
  now: string
  origin: string
  canMakeKeys: boolean
}) => (
  <div className="grid grid-cols-[minmax(0,1fr)_22rem] max-xl:grid-cols-1">
    <ol className="border-r border-line max-xl:border-r-0">
      <Step number="1" title="Make a key">
        {canMakeKeys ? (
          <>
            <p>With the scopes ingest and read. Its secret is shown once.</p>
            <p className="mt-2.5">
              <ButtonLink href={paths.agents({ team: team.slug })}>Open agents and keys</ButtonLink>
            </p>
          </>
        ) : (
          <p>
            Leads and engineers of {team.name} can make one. Ask one of them for a key with the scopes ingest and read.
          </p>
        )}
      </Step>
      <Step number="2" title="Send one resolved case">
        <p>
          One interaction, one model call and its outcome. Sent twice, it counts once. For a framework you use, Connect
          has the lines, and says what arrived.
        </p>
        <p className="mt-2.5">
          <ButtonLink href={paths.connect({ team: team.slug })}>Open Connect</ButtonLink>
        </p>
        <div className="mt-2.5 max-w-208">
          <CodeBlock title="curl" code={firstRequest(origin, new Date(now))} what="The request" />
        </div>
      </Step>
      <Step number="3" state="listening" title="Listening for the first event">
        <p>Nothing stored yet in {team.name}. This page changes by itself within 15 seconds.</p>
        <p className="mt-0.5 text-small">A request with a wrong key gets 401, which you see where you sent it from.</p>
      </Step>
    </ol>
    <section aria-labelledby="fills-in">
      <h2 id="fills-in" className="flex min-h-10 items-center border-b border-line px-6 font-section max-sm:px-4">
        What fills in, and when
      </h2>
      <dl>
        {FILLS_IN.map(([when, what]) => (
          <div key={when} className="border-b border-line px-6 py-2.5 max-sm:px-4">
            <dt className="font-key">{when}</dt>
            <dd className="text-small text-ink2">{what}</dd>
          </div>
        ))}
      </dl>
    </section>
  </div>
)

const FILLS_IN = [
  ['First model call', 'Cost, tokens, calls and errors'],
  ['First outcome', 'Cost per resolution, resolution and escalation rate'],
  ['First turn with an end', 'Latency'],
  ['A second release', 'Which of the two resolves a case for less'],
] as const
