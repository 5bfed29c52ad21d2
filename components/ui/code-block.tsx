import { CopyButton } from './copy-button'

/** A command to run as it stands, with its copy button. */
export const CodeBlock = ({ title, code, what }: { title: string; code: string; what: string }) => (
  <div className="rounded-control border border-line bg-canvas">
    <div className="flex min-h-9 items-center justify-between border-b border-line pr-1.5 pl-3">
      <span className="text-small font-key">{title}</span>
      <CopyButton text={code} what={what} />
    </div>
    <pre
      tabIndex={0}
      role="region"
      aria-label={what}
      className="overflow-x-auto px-3 py-2.5 font-mono text-small whitespace-pre text-ink focus-visible:-outline-offset-2"
    >
      {code}
    </pre>
  </div>
)
