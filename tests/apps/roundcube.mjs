import fs from 'node:fs'
import path from 'node:path'
import { session, open, picture, press, each, part, scale, base, data } from './browser.mjs'
import { articles, literal, comments, searches, html } from './samples.mjs'
import { mails, mailSearches, vcard, papers, sieve } from './long.mjs'
import * as people from './people.mjs'
import * as admins from './admins.mjs'

const n = list => list.slice(0, Math.ceil(list.length * scale))
const plain = a => a.blocks.map(([k, v]) => Array.isArray(v) ? v.map(x => '* ' + x).join('\n') : k === 'code' ? v : v.replace(/<[^>]+>/g, '').replace(/&lt;/g, '<').replace(/&gt;/g, '>')).join('\n\n')
const rich = a => a.blocks.map(html).join('\n')

async function signIn(page) {
  await open(page, '/?_task=login')
  await page.fill('#rcmloginuser', 'ed')
  await page.fill('#rcmloginpwd', "it's 5 o'clock; & all's well -- <ok>")
  await press(page, '#rcmloginsubmit')
  await page.waitForSelector('#messagelist, #layout-list')
}

async function compose(page, a, asHtml, file) {
  await open(page, '/?_task=mail&_action=compose')
  await page.waitForFunction(() => window.rcmail && rcmail.env.action === 'compose' && rcmail.env.compose_id)
  await page.waitForTimeout(800)
  await page.evaluate(([to, subject, text, isHtml]) => {
    document.querySelector('#_to').value = to
    document.querySelector('#compose-subject').value = subject
    if (isHtml) {
      document.querySelector('input[name=_is_html]').value = '1'
      if (window.tinymce && tinymce.get('composebody')) tinymce.get('composebody').setContent(text)
    }
    document.querySelector('#composebody').value = text
  }, [`"O'Neil, Ann (union)" <ann@mail.test>, ed@mail.test`, a.title, a.html || (asHtml ? rich(a) : plain(a)), asHtml])
  if (file) {
    await page.setInputFiles('input[type=file][name="_attachments[]"]', file)
    await page.waitForTimeout(2500)
  }
  await page.evaluate(() => { rcmail.command('savedraft') })
  await page.waitForTimeout(1500)
  await page.evaluate(() => { rcmail.command('send', { nocheck: true }) })
  await page.waitForFunction(() => !/_action=compose/.test(location.href), null, { timeout: 60000 })
}

const list = async page => { await open(page, '/?_task=mail&_mbox=INBOX'); await page.waitForFunction(() => window.rcmail && rcmail.message_list && rcmail.env.mailbox) }

const ordinary = [
  ['wrong-name', async page => {
    await open(page, '/')
    await page.fill('#rcmloginuser', "no'body; -- #1"); await page.fill('#rcmloginpwd', "x' or what")
    await press(page, '#rcmloginsubmit')
  }],
  ['sign-in', signIn],
  ['write-plain', page => each(n(articles), a => compose(page, a, false))],
  ['write-rich', page => each(n(articles), a => compose(page, a, true))],
  ['attach', page => each([["Tea & cake (1)", 'image/png'], ["Ed's cup; select", 'image/jpeg']], async ([name, type]) => compose(page, { title: 'Picture: ' + name, blocks: [['p', 'see attached']] }, false, await picture(page, name, type)))],
  ['write-long', page => each(mails, ([title, text]) => compose(page, { title, html: text }, true))],
  ['letters', page => each(n(people.letters), ([title, text], i) => compose(page, { title, html: i % 2 ? people.mail(text) : people.paragraphs(text) }, true))],
  ['tickets', page => each(n(people.tickets), (t, i) => compose(page, i % 3 ? { title: 'Re: ' + t.slice(0, 60), blocks: [['p', t]] } : { title: t.split('\n')[0].slice(0, 90), html: people.mail(t) }, i % 3 === 0))],
  ['attach-papers', page => each(Object.entries({ ...papers, 'Ed & Zoë.vcf': people.cards, 'page.html': people.mail(people.letters[0][1]), 'fwd; (1).eml': 'From: "O\'Neil" <ann@mail.test>\r\nSubject: =?UTF-8?Q?Re:_=C3=84nderung;_it\'s?=\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n' + people.letters[2][1], 'module.lua': people.luaModule, 'style.css': people.styleSheet }), ([name, text]) => {
    const file = path.join(data, name)
    fs.writeFileSync(file, text)
    return compose(page, { title: 'Paper: ' + name, blocks: [['p', 'It\'s attached -- "final (2)"']] }, false, file)
  })],
  ['read', async page => {
    await list(page)
    await page.waitForTimeout(1500)
    const uids = await page.evaluate(() => Object.keys(rcmail.env.messages))
    await each(uids.slice(0, 40 * scale + 3), async uid => {
      const id = await page.evaluate(u => ((rcmail.env.messages[u] || {}).uid || u), uid)
      await open(page, `/?_task=mail&_mbox=INBOX&_uid=${id}&_action=show`)
      await list(page)
    })
  }],
  ['reply', async page => {
    await list(page)
    await page.waitForTimeout(1500)
    const uids = await page.evaluate(() => Object.keys(rcmail.env.messages).map(u => (rcmail.env.messages[u] || {}).uid || u))
    await each(n(comments).slice(0, 12), async (c, i) => {
      await open(page, `/?_task=mail&_action=compose&_reply_uid=${uids[i % uids.length]}&_mbox=INBOX&_all=1`)
      await page.waitForFunction(() => window.rcmail && rcmail.env.compose_id)
      await page.waitForTimeout(800)
      await page.evaluate(t => { const b = document.querySelector('#composebody'); b.value = t + '\n\n' + b.value; rcmail.command('send', { nocheck: true }) }, c)
      await page.waitForFunction(() => !/_action=compose/.test(location.href), null, { timeout: 60000 })
    })
  }],
  ['search', async page => {
    await list(page)
    await each(n([...mailSearches, ...searches, ...people.queries]), async s => {
      await page.evaluate(q => { document.querySelector('#mailsearchform').value = q; rcmail.command('search') }, s)
      await page.waitForTimeout(400)
    })
  }],
  ['contacts', page => each(n([["Ann", "O'Neil", "ann.o'neil@example.org"], ['Bob "the builder"', 'B. <b>', 'bob+x@example.org'], ['Zoë & Max', "D'Arcy; Table", 'zoe@example.org'], ['李', '雷', 'li@example.org'], ['Select', 'Union (group by)', 'su@example.com']]), async ([first, last, mail]) => {
    await open(page, '/?_task=addressbook&_framed=1&_action=add&_source=0')
    await page.waitForTimeout(800)
    await page.evaluate(([f, l, m]) => {
      for (const [k, v] of [['_firstname', f], ['_surname', l], ['_name', `${f} ${l}`]]) { const e = document.querySelector(`[name="${k}"]`); if (e) e.value = v }
      const e = document.querySelector('[name^="_email"]'); if (e) e.value = m
      const note = document.querySelector('[name^="_notes"]'); if (note) note.value = "it's; -- 'note'"
      document.querySelector('form').submit()
    }, [first, last, mail])
    await page.waitForTimeout(1200)
  })],
  ['import-contacts', async page => {
    const file = path.join(data, "Ed's contacts (2).vcf")
    fs.writeFileSync(file, (vcard + '\n' + people.cards).replace(/\n/g, '\r\n'))
    await open(page, '/?_task=addressbook&_action=import&_framed=1')
    await page.setInputFiles('input[type=file]', file)
    await press(page, '#rcmimportform button[type=submit], button.import, .formbuttons button').catch(() => page.evaluate(() => document.querySelector('form').submit()))
    await page.waitForTimeout(1500)
  }],
  ['responses', page => each(n(people.tickets).slice(0, 12), async (t, i) => {
    await open(page, '/?_task=settings&_action=add-response&_framed=1')
    await page.waitForTimeout(500)
    await page.evaluate(([k, v]) => {
      const set = (name, value) => { const e = document.querySelector(`[name="${name}"]`); if (e) e.value = value }
      set('_name', k); set('_text', v)
      document.querySelector('form').submit()
    }, [`Answer ${i}: ${t.slice(0, 30)}`, t])
    await page.waitForTimeout(900)
  })],
  ['folders', page => each(["Ed's folder", 'R&D; 2026', 'select (union)', 'a -- b'], async name => {
    await open(page, '/?_task=settings&_action=edit-folder&_mbox=&_framed=1')
    await page.waitForTimeout(500)
    await page.fill('[name=_name]', name)
    await page.evaluate(() => document.querySelector('form').submit())
    await page.waitForTimeout(1000)
  })],
  ['settings', async page => {
    await open(page, '/?_task=settings&_action=edit-identity&_iid=1&_framed=1')
    await page.waitForTimeout(500)
    await page.evaluate(() => {
      const set = (k, v) => { const e = document.querySelector(`[name="${k}"]`); if (e) e.value = v }
      set('_name', "Ed O'Hara-D'Arcy"); set('_organization', 'Tea & Code; "Ltd."'); set('_signature', "-- \nEd O'Hara\n<a href=\"https://example.com/?a=1&b=2\">site</a> | 1=1 | since '19")
      document.querySelector('form').submit()
    })
    await page.waitForTimeout(1200)
    for (const s of ['general', 'mailbox', 'mailview', 'compose', 'addressbook', 'folders', 'server']) {
      await open(page, `/?_task=settings&_action=edit-prefs&_section=${s}&_framed=1`)
      await page.waitForTimeout(300)
      await Promise.all([page.waitForNavigation({ waitUntil: 'domcontentloaded' }), page.evaluate(() => { const f = document.querySelector('form'); if (f) f.submit(); else location.reload() })])
    }
    await open(page, '/?_task=settings&_action=add-response&_framed=1')
    await page.waitForTimeout(500)
    await page.evaluate(() => {
      const set = (k, v) => { const e = document.querySelector(`[name="${k}"]`); if (e) e.value = v }
      set('_name', "Thanks -- 'short'"); set('_text', "Hello,\n\nthanks for your mail; I'll answer & select a date.\n\n-- Ed")
      document.querySelector('form').submit()
    })
    await page.waitForTimeout(1000)
  }],
]

const administration = [
  ['signatures', page => each(admins.signatures, async (signature, i) => {
    await open(page, '/?_task=settings&_action=add-identity&_framed=1')
    await page.waitForSelector('[name=_signature]', { state: 'attached' })
    await page.evaluate(([s, k]) => {
      const set = (name, value) => { const e = document.querySelector(`[name="${name}"]`); if (e) e.value = value }
      set('_name', `Ed "${k}" O'Hara`); set('_email', `ed+${k}@mail.test`); set('_organization', "R&D; it's us"); set('_reply-to', "Ann O'Neil <ann@mail.test>"); set('_bcc', 'ed@mail.test')
      const box = document.querySelector('[name="_html_signature"]')
      if (box) box.checked = true
      if (window.tinymce && tinymce.get('rcmfd_signature')) tinymce.get('rcmfd_signature').setContent(s)
      set('_signature', s)
      HTMLFormElement.prototype.submit.call(document.querySelector('[name=_signature]').form)
    }, [signature, i])
    await page.waitForLoadState('domcontentloaded')
    await page.waitForTimeout(800)
  })],
  ['filters', page => each(admins.mailFilters, async ([name, join, rules, action, argument]) => {
    await open(page, '/?_task=settings&_action=plugin.managesieve-action&_framed=1')
    await page.waitForSelector('form[name=filterform], #filterform, form', { state: 'attached' })
    const fields = [['_name', name], ['_join', join], ['_enabled', '1'],
      ...rules.flatMap(([header, operator, value]) => [['_header[]', '...'], ['_custom_header[]', header], ['_rule_op[]', operator], ['_rule_target[]', value], ['_rule_comp[]', 'i;ascii-casemap'], ['_rule_mod[]', ''], ['_rule_mod_type[]', 'all'], ['_rule_trans[]', ''], ['_rule_size_op[]', 'under'], ['_rule_size_target[]', '1'], ['_rule_size_item[]', 'M']]),
      ['_action_type[]', action], ['_action_mailbox[]', action === 'fileinto' ? argument : 'INBOX'], ['_action_target[]', action === 'redirect' ? argument : ''], ['_action_target_area[]', action === 'reject' ? argument : '']]
    await page.evaluate(async values => {
      const body = new URLSearchParams({ _task: 'settings', _action: 'plugin.managesieve-save', _framed: '1', _fid: '', _token: rcmail.env.request_token })
      for (const [k, v] of values) body.append(k, v)
      if ((await fetch('/?_task=settings&_action=plugin.managesieve-save', { method: 'POST', body })).status === 403) throw new Error('refused')
    }, fields)
  })],
  ['sieve', async page => {   // the whole script, as the raw editor sends it, and a vacation
    await open(page, '/?_task=settings&_action=plugin.managesieve')
    await page.waitForFunction(() => window.rcmail && rcmail.env.request_token)
    await page.evaluate(async script => {
      const send = async (action, values) => { if ((await fetch('/?_task=settings&_action=' + action, { method: 'POST', body: new URLSearchParams({ _framed: '1', _token: rcmail.env.request_token, ...values }) })).status === 403) throw new Error('refused: ' + action) }
      await send('plugin.managesieve-save', { _raw: script, _set: 'roundcube' })
      await send('plugin.managesieve-vacation', { vacation_subject: "I'm away; back on Dec 1", vacation_reason: 'Hello,\n\nthanks for your mail. I\'m "out of office"; select urgent & call 0221 / 123-456 or ask \'Ann\'.\n\n-- \nEd', vacation_addresses: "ed@mail.test, ed.o'hara@example.com", vacation_interval: '7', vacation_interval_type: 'days', vacation_status: 'on', vacation_action: 'keep', vacation_datefrom: '2026-11-27', vacation_dateto: '2026-12-01' })
    }, sieve)
  }],
  ['search-options', async page => {
    await list(page)
    await each(admins.mailQueries, ([q, headers, filter, scope]) => page.evaluate(async a => {
      const u = new URLSearchParams({ _task: 'mail', _action: 'search', _interval: '', _q: a.q, _headers: a.headers, _filter: a.filter, _layout: 'widescreen', _mbox: 'INBOX', _scope: a.scope, _remote: '1', _unlock: 'loading1', _: '1764110000000' })
      if ((await fetch('/?' + u, { headers: { 'X-Roundcube-Request': rcmail.env.request_token, 'X-Requested-With': 'XMLHttpRequest' } })).status === 403) throw new Error('refused: ' + a.q)
    }, { q, headers, filter, scope }))
  }],
  ['types', async page => {   // what completes an address while it is typed, checks a text, makes HTML of it
    await open(page, '/?_task=mail&_action=compose')
    await page.waitForFunction(() => window.rcmail && rcmail.env.request_token)
    const post = (action, values, type) => page.evaluate(async ([a, v, t]) => {
      const r = await fetch('/?_task=' + (a === 'autocomplete' ? 'mail' : 'utils') + '&_action=' + a, { method: 'POST', headers: { 'X-Roundcube-Request': rcmail.env.request_token, 'X-Requested-With': 'XMLHttpRequest', ...(t ? { 'Content-Type': t } : {}) }, body: t ? v : new URLSearchParams(v) })
      if (r.status === 403 && /event/i.test(await r.text())) throw new Error('refused: ' + a)
    }, [action, values, type])
    for (const who of ["Ann O'Neil", '"D\'Arcy; Zoë"', 'select union', 'bob+x@ex', '李雷']) for (const t of people.typed(who)) await post('autocomplete', { _search: t, _reqid: '1764110000000', _remote: '1' })
    await each(people.letters, async ([, text], i) => {
      await post('text2html', text, 'application/octet-stream')
      await post('html2text', i % 2 ? people.mail(text) : people.paragraphs(text), 'application/octet-stream')
    })
  }],
  ['messages', async page => {   // marked, moved, listed in another order, printed, as a file
    await list(page)
    await page.waitForTimeout(1500)
    const uids = await page.evaluate(() => Object.values(rcmail.env.messages).map(m => m.uid).filter(Boolean).slice(0, 12))
    const get = query => page.evaluate(u => fetch(u, { headers: { 'X-Roundcube-Request': rcmail.env.request_token } }).then(r => r.text()), '/?' + query)
    const send = (action, values) => page.evaluate(([a, v]) => fetch('/?_task=mail&_action=' + a, { method: 'POST', headers: { 'X-Roundcube-Request': rcmail.env.request_token, 'X-Requested-With': 'XMLHttpRequest' }, body: new URLSearchParams({ _remote: '1', ...v }) }).then(r => r.text()), [action, values])
    for (const order of ['subject_ASC', 'from_DESC', 'size_DESC', 'arrival_ASC']) await get(`_task=mail&_action=list&_mbox=INBOX&_sort=${order}&_page=1&_cols%5B%5D=threads&_cols%5B%5D=subject&_remote=1`)
    await send('mark', { _uid: uids.slice(0, 5).join(','), _flag: 'flagged', _mbox: 'INBOX', _quicksearch: "it's" })
    await send('move', { _uid: uids.slice(5, 7).join(','), _mbox: 'INBOX', _target_mbox: "Ed's folder", _from: 'list' })
    await send('copy', { _uid: uids.slice(7, 9).join(','), _mbox: 'INBOX', _target_mbox: 'R&-D; 2026' })
    for (const uid of uids.slice(0, 6)) for (const action of ['print', 'viewsource', 'headers', 'preview']) await get(`_task=mail&_action=${action}&_uid=${uid}&_mbox=INBOX&_safe=1`)
  }],
]

// Steps of readers, whose fields get no exception.
const onlyCode = ['searches-for-code', 'comments-of-code', 'raw-queries']

const code = [
  ['sign-in', signIn],
  ['mail-about-attacks', page => each(literal, a => compose(page, a, true))],
]

await session(part === 'ordinary' ? [...ordinary, ...administration] : code.filter(([name]) => part === 'code' || !onlyCode.includes(name)))
