import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { GET as openApiRoute } from '@/app/api/v1/openapi.json/route'
import { ROUTES } from '@/app/api/v1/registry'
import { apiPage } from '@/lib/http/api-page'
import { METHODS, openApi } from '@/lib/http/openapi'
import { version } from '@/package.json'

const files = readdirSync('app/api', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('route.ts'))
/** `v1/agents/[agentId]/route.ts` -> `/api/v1/agents/{agentId}` */
const pathOf = (file: string) =>
  `/api/${file
    .replace(/\/route\.ts$/, '')
    .replaceAll('[', '{')
    .replaceAll(']', '}')}`
// Served by next-auth, not by us.
const OTHERS = ['/api/auth/{...nextauth}']

describe('the OpenAPI document', () => {
  test('lists every route file: add a new one to app/api/v1/registry.ts', () => {
    const listed = ROUTES.map((route) => route.path)
    expect(files.map(pathOf).filter((path) => !listed.includes(path) && !OTHERS.includes(path))).toEqual([])
    expect(listed.filter((path) => !files.map(pathOf).includes(path))).toEqual([])
  })

  test('says what each method of each route is for, and of no other', () => {
    for (const route of ROUTES) {
      const module = route.path === '/api/v1/openapi.json' ? { GET: openApiRoute } : route.module
      const handlers = METHODS.filter((method) => module[method] !== undefined)
      expect([route.path, METHODS.filter((method) => route.says[method] !== undefined)]).toEqual([route.path, handlers])
    }
  })

  test('names every parameter of its paths, refers only to what it holds, and has one name per operation', () => {
    const api = openApi(ROUTES, version)
    const text = JSON.stringify(api)
    const operations = Object.entries(api.paths).flatMap(([path, byMethod]) =>
      Object.values(byMethod).map((operation) => ({ path, operation })),
    )
    for (const { path, operation } of operations) {
      const inPath = operation.parameters.filter((parameter) => parameter.in === 'path')
      const braced = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
      expect([path, inPath.map((parameter) => parameter.name)]).toEqual([path, braced])
    }
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, name = ''] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
      expect(Object.keys(api.components.schemas)).toContain(name)
    }
    expect(text).not.toContain('#/$defs')
  })

  test('is served to anybody', async () => {
    const request = new Request('http://127.0.0.1:3000/api/v1/openapi.json')
    const response = await openApiRoute(request, { params: Promise.resolve({}) })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ openapi: '3.1.0', paths: { '/api/v1/agents': { get: {} } } })
  })

  test('is what docs/API.md says: `npx vitest run --project pure app/api/v1 -u` writes it anew', async () => {
    await expect(`${apiPage(openApi(ROUTES, version))}\n`).toMatchFileSnapshot('../../../docs/API.md')
  })
})
