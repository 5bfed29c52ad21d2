export type PythonForExamples = { python: string; missing?: undefined } | { missing: string; python?: undefined }

export function ensurePythonExamples(): Promise<PythonForExamples>
