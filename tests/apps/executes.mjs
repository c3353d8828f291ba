// Which pages run a script that their visitor did not ask for: addresses on standard input, a line each; prints 1 or 0.
// A page that calls alert, confirm, prompt or print, at once or when it is pointed at, has been attacked.
import { createRequire } from 'node:module'
import readline from 'node:readline'

const { chromium } = createRequire(process.env.APPS_NODE + '/')('playwright-core')
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-xss-auditor'] })
const context = await browser.newContext()
await context.route('**', r => (r.request().isNavigationRequest() && r.request().url().startsWith(process.env.APPS_URL)) ? r.continue() : r.abort())

async function executes(address) {
  const page = await context.newPage()
  let ran = false
  page.on('dialog', d => { ran = true; d.dismiss().catch(() => {}) })
  page.on('popup', p => p.close().catch(() => {}))
  try {
    await page.goto(address, { timeout: 5000, waitUntil: 'load' })
    for (let i = 0; i < 3 && !ran; i++) await page.waitForTimeout(15)
    if (!ran) await page.evaluate(() => document.querySelectorAll('*').forEach(e => ['mouseover', 'focus', 'click'].forEach(n => e.dispatchEvent(new Event(n))))).catch(() => {})
    if (!ran) await page.waitForTimeout(10)
  } catch { /* a page that does not end is no attack */ }
  await page.close().catch(() => {})
  return ran
}

// a page that keeps the browser busy is given up, and is no attack
const bounded = address => Promise.race([executes(address), new Promise(r => setTimeout(r, 15000, false))])

for await (const line of readline.createInterface({ input: process.stdin })) console.log(await bounded(line) ? 1 : 0)
await Promise.race([browser.close(), new Promise(r => setTimeout(r, 5000))])
process.exit(0)
