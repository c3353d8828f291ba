// Chromium of Debian, driven; one page at a time, everything it does goes through the recorder and Merlon.
import { createRequire } from 'node:module'
import fs from 'node:fs'
import path from 'node:path'
const { chromium } = createRequire(process.env.APPS_NODE + '/')('playwright-core')

export const base = process.env.APPS_URL
export const data = process.env.APPS_DATA
// ordinary, code, authors: see tests/apps/run
export const part = process.env.APPS_PART || 'ordinary'
export const scale = Number(process.env.APPS_SCALE || 1)

// A picture that any application takes: a true PNG made by the browser itself.
export async function picture(page, name, type = 'image/png') {
  const url = await page.evaluate(([label, t]) => {
    const c = document.createElement('canvas')
    c.width = 640; c.height = 400
    const g = c.getContext('2d')
    for (let i = 0; i < 300; i++) {
      g.fillStyle = `hsl(${(i * 47 + label.length * 13) % 360} 70% 60%)`
      g.fillRect((i * 37) % 640, (i * 91) % 400, 60, 40)
    }
    g.fillStyle = '#000'; g.font = '32px sans-serif'; g.fillText(label, 20, 200)
    return c.toDataURL(t)
  }, [name, type])
  const file = path.join(data, name + (type === 'image/png' ? '.png' : '.jpg'))
  fs.writeFileSync(file, Buffer.from(url.split(',')[1], 'base64'))
  return file
}

// Steps of a session: one that fails is reported and the session goes on with the next.
export async function session(steps) {
  const browser = await chromium.launch({
    executablePath: process.env.APPS_CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--host-resolver-rules=MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
      '--disable-background-networking', '--disable-component-update', '--no-first-run'],
  })
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 } })
  context.setDefaultTimeout(60000)
  const page = await context.newPage()
  page.on('dialog', d => d.accept().catch(() => {}))
  const refused = []
  context.on('response', r => { if (r.status() === 403) refused.push(r.request().method() + ' ' + r.url().slice(0, 200)) })
  let failed = 0
  const only = process.env.APPS_ONLY ? process.env.APPS_ONLY.split(',') : null
  for (const [name, step] of steps) {
    if (only && !only.includes(name)) continue
    const start = Date.now()
    try {
      await step(page, context)
      console.log(`  step ${name}: ok (${((Date.now() - start) / 1000).toFixed(1)} s)`)
    } catch (e) {
      failed++
      console.log(`  step ${name}: FAILED at ${page.url()}: ${String(e.message).split('\n').slice(0, 3).join(' | ')}`)
      await page.screenshot({ path: path.join(data, `failed-${name}.png`) }).catch(() => {})
    }
  }
  for (const r of refused) console.log('  403 ' + r)
  await browser.close()
  process.exitCode = failed ? 1 : 0
}

export const open = (page, path) => page.goto(base + path, { waitUntil: 'domcontentloaded' })

// Goes on with the next item when one fails, and says so in the end.
export async function each(list, act) {
  const failed = []
  for (const [i, item] of list.entries()) {
    try { await act(item, i) } catch (e) { failed.push(String(e.message).split('\n')[0]) }
  }
  if (failed.length) throw new Error(`${failed.length} of ${list.length}: ${failed[0]}`)
}

// A button whose page may or may not load anew.
export async function press(page, selector) {
  const loaded = page.waitForEvent('load', { timeout: 6000 }).catch(() => {})
  await page.locator(selector).first().click()
  await loaded
}

// A button that loads another page, however long that takes.
export async function send(page, selector) {
  await Promise.all([page.waitForNavigation({ waitUntil: 'domcontentloaded' }), page.locator(selector).first().click()])
}
