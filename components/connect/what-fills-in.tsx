/** While nothing has come: what a first span, and what comes after it, will show. */
export const WhatFillsIn = () => (
  <>
    <h3 className="border-b border-line px-6 pt-3 pb-1.5 font-section max-sm:px-4">What fills in, and when</h3>
    <ul aria-label="What fills in, and when">
      {STAGES.map(({ when, what }) => (
        <li key={when} className="border-b border-line px-6 py-2.5 max-sm:px-4">
          <h4 className="font-key">{when}</h4>
          <p className="text-small text-pretty text-ink2">{what}</p>
        </li>
      ))}
    </ul>
  </>
)

const STAGES = [
  { when: 'First span', what: 'The agent and its release, here and under Agents' },
  { when: 'First model call', what: 'Cost, tokens and latency, under Releases' },
  { when: 'First session id', what: 'Interactions, and what each one cost' },
  { when: 'First outcome', what: 'Cost per resolution, resolution and escalation rate' },
  { when: 'A second release', what: 'Both side by side' },
] as const
