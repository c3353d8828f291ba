import { session, open, picture, press, send, each, base, part, scale } from './browser.mjs'
import { articles, literal, literalSearches, comments, searches } from './samples.mjs'
import { wikiPages, userScript, userStyle, replies } from './long.mjs'
import * as people from './people.mjs'
import * as admins from './admins.mjs'

const password = 'tea and cake; 1=1 is true'
const n = list => list.slice(0, Math.ceil(list.length * scale))
const language = a => (a.tags.match(/sql|html|shell|php|javascript|python|java|css|xml|nginx|docker|powershell/) || ['text'])[0].replace('shell', 'bash')
const wiki = a => a.blocks.map(([kind, v]) =>
  kind === 'code' ? `<syntaxhighlight lang="${language(a)}">\n${v}\n</syntaxhighlight>`
    : kind === 'list' ? v.map(x => `* <nowiki>${x}</nowiki>`).join('\n')
      : kind === 'quote' ? `{{Quote|${v}}}`
        : v.replace(/<\/?strong>/g, "'''").replace(/<\/?em>/g, "''")).join('\n\n') +
  `\n\n== See also ==\n* [[Main Page|the 'main' page]]; [https://example.org/?a=1&b=2 a link]\n* <ref name="x">O'Neil & Co., p. 5; -- ''ibid.''</ref>\n[[Category:${a.tags.split(',')[0]}]]\n\n<references />`

async function signIn(page) {
  await open(page, '/index.php?title=Special:UserLogin&returnto=Main+Page&returntoquery=action%3Dhistory%26limit%3D50')
  await page.fill('#wpName1', 'Admin')
  await page.fill('#wpPassword1', password)
  await press(page, '#wpLoginAttempt')
  await page.waitForSelector('#pt-logout')
}

async function edit(page, title, text, summary, preview) {
  await open(page, '/index.php?title=' + encodeURIComponent(title) + '&action=edit')
  await page.waitForSelector('#wpTextbox1', { state: 'attached' })
  await page.evaluate(t => {
    const box = document.querySelector('#wpTextbox1')
    if (window.jQuery && jQuery.fn.textSelection) jQuery(box).textSelection('setContents', t)
    else box.value = t
  }, text)
  await page.fill('input[name=wpSummary]', summary)
  if (preview) {
    await press(page, '[name=wpPreview]')
    await press(page, '[name=wpDiff]')
  }
  await send(page, '[name=wpSave]')
  if (/action=(edit|submit)/.test(page.url())) throw new Error('not saved: ' + title)
}

const api = (page, query) => page.evaluate(async q => (await fetch('/api.php?' + new URLSearchParams({ format: 'json', ...q }))).text(), query)
const apiPost = (page, data) => page.evaluate(d => mw.loader.using('mediawiki.api').then(() => new mw.Api().postWithEditToken(d)), data)

const ordinary = [
  ['visit', async page => {
    for (const p of ['/', '/index.php/Main_Page', '/index.php?title=Special:Version', '/index.php?title=Special:AllPages&from=A&to=&namespace=0', '/index.php?title=Special:RecentChanges&days=30&from=&limit=500&hidebots=0'])
      await open(page, p)
  }],
  ['register', async page => {
    for (const [name, pass] of [["O'Hara", 'it\'s; a secret -- "really"'], ['Zoë & Max', 'union select 1 cake 4 me'], ['D. Table', 'this or that or not, my pass']]) {
      await open(page, '/index.php?title=Special:CreateAccount&returnto=Main+Page')
      await page.fill('#wpName2', name); await page.fill('#wpPassword2', pass); await page.fill('#wpRetype', pass)
      await page.fill('#wpEmail', 'ann+wiki@example.org')
      await press(page, '#wpCreateaccount')
      await page.context().clearCookies()
    }
  }],
  ['wrong-password', async page => {
    await open(page, '/index.php?title=Special:UserLogin')
    await page.fill('#wpName1', "O'Hara"); await page.fill('#wpPassword1', "don't know; 'tis lost")
    await press(page, '#wpLoginAttempt')
  }],
  ['sign-in', signIn],
  ['templates', async page => {
    await edit(page, 'Template:Quote', '<includeonly><blockquote style="border-left: 3px solid #ccc; padding: 0 1em">{{{1|{{{text|}}}}}}{{#if:{{{2|}}}|<br />— \'\'{{{2}}}\'\'}}</blockquote></includeonly><noinclude>Use: <code><nowiki>{{Quote|text|who}}</nowiki></code></noinclude>', 'new template; "quote"')
    await edit(page, 'Template:Infobox', '{| class="infobox" style="width:22em"\n! colspan="2" | {{{name|{{PAGENAME}}}}}\n|-\n{{#if: {{{year|}}} | {{!}} Year {{!}}{{!}} {{{year}}} }}\n|-\n| {{#expr: 1 + 2 * 3}} || {{#switch: {{{type|}}} | a = A | b = B | #default = other }}\n|}', 'infobox')
  }],
  ['articles', page => each(n(articles), (a, i) => edit(page, a.title, wiki(a), `/* See also */ new: "${a.title}" & more`, i % 3 === 0))],
  ['long-pages', page => each(wikiPages, ([title, text]) => edit(page, title, text, `/* Note G */ "${title}": it's + 1 ref -- [[WP:V|v]], rm 'x'`, true))],
  ['own-script', page => each([['User:Admin/common.js', userScript], ['User:Admin/common.css', userStyle]], ([title, text]) => edit(page, title, text, "it's mine; v2", true))],
  ['modules', page => each([['Module:Citation', people.luaModule], ['MediaWiki:Gadgets-definition', '== editing ==\n* Tea[ResourceLoader|default|dependencies=mediawiki.util,jquery|rights=edit]|Tea.js|Tea.css\n* Cup[ResourceLoader|skins=vector,vector-2022]|Cup.js'], ['MediaWiki:Gadget-Tea.css', people.styleSheet],
    ['Module:Citation/testcases', "local p = require('Module:Citation')\nlocal t = require('Module:UnitTests')\nfunction t:test_date()\n\tself:preprocess_equals('{{#invoke:Citation|main|date=2026-11-26|title=It\\'s}}', \"''It's'', 26 November 2026.\")\nend\nreturn t"]],
  ([title, text]) => edit(page, title, text, "it's v2; -- see [[Module talk:Citation]]", true))],
  ['letters', page => each(people.letters, ([title, text], i) => edit(page, 'Letter ' + i, text.replace(/\n/g, '\n\n'), title.slice(0, 80), i % 4 === 0))],
  ['api-saves', async page => {   // bots and scripts of users
    await open(page, '/index.php/Main_Page')
    await each([...people.letters, ...people.tickets.map(t => [t.slice(0, 60), t])], async ([title, text], i) => {
      await apiPost(page, { action: 'edit', title: 'Talk:Letter ' + i, section: 'new', sectiontitle: title.slice(0, 60), text: text + ' ~~' + '~~', summary: `/* ${title.slice(0, 40)} */ new`, watchlist: 'nochange', formatversion: 2 }).catch(e => { if (/http/.test(e)) throw e })
      await apiPost(page, { action: 'parse', text, title: 'Letter ' + i, pst: 1, preview: 1, prop: 'text|jsconfigvars', contentmodel: 'wikitext', disablelimitreport: 1 }).catch(e => { if (/http/.test(e)) throw e })
      await apiPost(page, { action: 'compare', fromtitle: 'Letter ' + (i % 14), toslots: 'main', 'totext-main': text.replace('e', '**'), 'tocontentmodel-main': 'wikitext', prop: 'diff' }).catch(e => { if (/http/.test(e)) throw e })
    })
    await each([...people.foreign, ...people.chats], (t, i) => apiPost(page, { action: 'edit', title: 'Talk:Chat ' + i % 5, section: 'new', sectiontitle: t.slice(0, 30), text: ':' + t + ' --~~' + '~~', summary: t.slice(0, 60) }).catch(e => { if (/http/.test(e)) throw e }))
  }],
  ['types', async page => {   // the box of searches asks while somebody types
    await open(page, '/index.php/Main_Page')
    await each(n(people.queries), async q => { for (const t of people.typed(q)) await page.evaluate(u => fetch(u).then(r => r.text()), '/rest.php/v1/search/title?limit=10&q=' + encodeURIComponent(t)) })
  }],
  ['sections', async page => {
    for (const a of n(articles).slice(0, 8)) {
      await open(page, '/index.php?title=' + encodeURIComponent(a.title) + '&action=edit&section=1')
      await page.fill('#wpTextbox1', (await page.inputValue('#wpTextbox1')) + '\n* one more; -- [[O\'Reilly]] (1=1)\n')
      await page.fill('input[name=wpSummary]', "/* See also */ it's one more -- 'link'")
      await send(page, '[name=wpSave]')
    }
  }],
  ['talk', async page => {
    for (const [i, c] of n([...comments, ...replies]).entries()) {
      await open(page, '/index.php?title=Talk:' + encodeURIComponent(articles[i % 6].title) + '&action=edit&section=new')
      await page.fill('input[name=wpSummary]', c.slice(0, 60))
      await page.fill('#wpTextbox1', c + ' --~~~~')
      await send(page, '[name=wpSave]')
    }
  }],
  ['visual-editor', async page => {
    for (const a of n(articles).slice(0, 6)) {
      await open(page, '/index.php?title=' + encodeURIComponent('Visual: ' + a.title) + '&veaction=edit')
      await page.waitForFunction(() => window.ve && ve.init && ve.init.target && ve.init.target.getSurface && ve.init.target.getSurface() && !ve.init.target.activating, null, { timeout: 40000 })
      await page.evaluate(text => ve.init.target.getSurface().getModel().getFragment().insertContent(text), a.blocks.map(([k, v]) => (Array.isArray(v) ? v.join('; ') : v).replace(/<[^>]+>/g, '')).join('\n'))
      await page.evaluate(async summary => {
        const t = ve.init.target
        const dom = t.getSurface().getDom()
        await t.saveDeferred
        return t.save(dom, { summary })
      }, "visual; it's new").catch(() => {})
      await page.waitForTimeout(4000)
    }
  }],
  ['history', async page => {
    for (const a of n(articles).slice(0, 10)) {
      const t = encodeURIComponent(a.title)
      await open(page, `/index.php?title=${t}&action=history&limit=500`)
      await open(page, `/index.php?title=${t}&diff=cur&oldid=prev`)
      await open(page, `/index.php?title=${t}&action=info`)
      await open(page, `/index.php?title=${t}&action=raw&ctype=text%2Fx-wiki`).catch(() => {})
      await open(page, `/index.php?title=Special:WhatLinksHere/${t}&hidelinks=1`)
    }
  }],
  ['upload', async page => {
    for (const [name, type] of [["Tea & cake (1)", 'image/png'], ["Ed's cup; select", 'image/jpeg'], ['tête-à-tête', 'image/png']]) {
      await open(page, '/index.php?title=Special:Upload&wpDestFile=')
      await page.setInputFiles('#wpUploadFile', await picture(page, name, type))
      await page.fill('#wpUploadDescription', `== Summary ==\n{{Information|description=It's a "cup"; 50% <full>|source=own|author=[[User:O'Hara]]}}\n== Licensing ==\nCC-BY-SA -- see https://example.org/licence?x=1&y='2'`)
      await press(page, 'input[name=wpUpload]')
    }
  }],
  ['search', async page => {
    for (const s of n(searches)) {
      await open(page, '/index.php?title=Special:Search&profile=default&fulltext=1&search=' + encodeURIComponent(s).replace(/%20/g, '+').replace(/'/g, '%27'))
      await api(page, { action: 'opensearch', search: s, namespace: 0, limit: 10 })
    }
    for (const s of n(searches)) {
      await page.evaluate(q => fetch('/rest.php/v1/search/title?q=' + encodeURIComponent(q) + '&limit=10').then(r => r.text()), s)
    }
  }],
  ['api', async page => {
    await open(page, '/index.php/Main_Page')
    for (const a of n(articles)) {
      await api(page, { action: 'query', titles: a.title + '|Main Page', prop: 'info|revisions|extracts|pageimages|categories', rvprop: 'ids|timestamp|user|comment|content', rvslots: '*', redirects: 1, inprop: 'url|displaytitle' })
      await api(page, { action: 'parse', page: a.title, prop: 'text|sections|links|externallinks', disableeditsection: 1 })
      await apiPost(page, { action: 'parse', text: wiki(a), title: 'Sandbox', pst: 1, contentmodel: 'wikitext', prop: 'text' }).catch(() => {})
      await apiPost(page, { action: 'edit', title: 'Sandbox', appendtext: '\n\n' + wiki(a), summary: "it's a test; -- 'api'" }).catch(() => {})
    }
  }],
  ['preferences', async page => {
    await open(page, '/index.php?title=Special:Preferences')
    await page.waitForTimeout(1500)
    await page.evaluate(() => { document.querySelector('[name=wpnickname]').value = "[[User:Admin|Ed O'Hara]] <small>''(talk; 1 & 2)''</small>"; document.querySelector('[name=wprealname]').value = "Ed O'Hara -- \"boss\"" })
    await Promise.all([page.waitForNavigation({ waitUntil: 'domcontentloaded' }), page.evaluate(() => HTMLFormElement.prototype.submit.call(document.querySelector('#mw-prefs-form')))])
  }],
  ['administer', async page => {
    await edit(page, 'MediaWiki:Sidebar', "* navigation\n** mainpage|mainpage-description\n** https://example.org/?a=1&b=2|O'Link & more\n* SEARCH\n* TOOLBOX", 'sidebar')
    await edit(page, 'MediaWiki:Sitenotice', "<div style=\"color: #c00\">'''Maintenance''' on Friday; it's 2 > 1 & done -- see [[Help]]</div>", 'notice')
    await edit(page, 'MediaWiki:Common.css', ".mw-body { background: url('/x.png') no-repeat; }\n/* it's done -- */\n#p-logo a::after { content: '\\2014'; }\n@media print { .noprint { display: none } }", 'css')
    await open(page, '/index.php?title=Special:Block/D.+Table')
    await page.waitForTimeout(1000)
    await page.fill('input[name="wpReason-other"]', "He wrote 'drop table'; twice -- no more").catch(() => {})
    await press(page, '#mw-content-text button[type=submit]').catch(() => {})
    await open(page, '/index.php?title=Special:UserRights&user=O%27Hara')
    await page.check('#wpGroup-sysop').catch(() => {})
    await press(page, '#mw-content-text input[name=saveusergroups]').catch(() => {})
    for (const p of ['Special:Log', 'Special:Statistics', 'Special:SpecialPages', 'Special:ListUsers&username=O%27&group=&limit=50', 'Special:ListFiles&limit=50&ilsearch=cup', 'Special:AbuseFilter', 'Special:ReplaceText', 'Special:Export', 'Special:ExpandTemplates', 'Special:Categories', 'Special:Interwiki'])
      await open(page, '/index.php?title=' + p)
  }],
  ['system-pages', page => each(admins.systemPages, ([title, text]) => edit(page, title, text, "it's v2; -- see [[Help:Formulas]]", true))],
  ['abuse-filters', page => each(admins.abuseFilters, async ([name, rules]) => {
    await open(page, '/index.php?title=Special:AbuseFilter/new')
    await page.waitForSelector('form [name=wpFilterRules]', { state: 'attached' })
    await page.evaluate(([d, r]) => {
      const form = document.querySelector('[name=wpFilterRules]').form
      const set = (k, v) => { const e = form.querySelector(`[name="${k}"]`); if (e) e.value = v }
      set('wpFilterDescription', d); set('wpFilterNotes', "it's a test -- " + d); set('wpFilterRules', r)
    }, [name, rules])
    await page.evaluate(() => fetch('/api.php', { method: 'POST', body: new URLSearchParams({ action: 'abusefilterchecksyntax', format: 'json', filter: document.querySelector('[name=wpFilterRules]').value }) }).then(r => r.text()))
    await Promise.all([page.waitForNavigation({ waitUntil: 'domcontentloaded' }), page.evaluate(() => HTMLFormElement.prototype.submit.call(document.querySelector('[name=wpFilterRules]').form))])
  })],
  ['special-pages', async page => {
    await page.evaluate(text => fetch('/index.php?title=Special:Export', { method: 'POST', body: new URLSearchParams({ catname: '', pages: text, curonly: '1', templates: '1', wpDownload: '1', title: 'Special:Export' }) }).then(r => r.text()), articles.map(a => a.title).join('\n'))
    await page.evaluate(text => fetch('/index.php?title=Special:EditWatchlist/raw', { method: 'POST', body: new URLSearchParams({ wpTitles: text, title: 'Special:EditWatchlist/raw', wpEditToken: mw.user.tokens.get('csrfToken') }) }).then(r => r.text()), ["O'Hara", 'Talk:Tea & cake', 'User:D. Table', 'What is 1=1?', 'Select; order by (union)'].join('\n'))
    await page.evaluate(([text, name]) => {
      const f = new FormData()
      for (const [k, v] of Object.entries({ action: 'submit', source: 'upload', 'log-comment': "it's from -- 'there'", usernamePrefix: 'other', editToken: mw.user.tokens.get('csrfToken') })) f.append(k, v)
      f.append('xmlimport', new Blob([text], { type: 'text/xml' }), name)
      return fetch('/index.php?title=Special:Import', { method: 'POST', body: f }).then(r => r.text())
    }, ['<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">\n' + people.letters.slice(0, 4).map(([t, x]) => `<page><title>Imported ${t.replace(/[^\w ]/g, '')}</title><ns>0</ns><revision><timestamp>2026-11-26T09:41:00Z</timestamp><contributor><username>O'Hara</username></contributor><comment>it's; new</comment><model>wikitext</model><format>text/x-wiki</format><text xml:space="preserve">${x.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</text></revision></page>`).join('\n') + '\n</mediawiki>', "Tea Wiki-2026; (1).xml"])
    for (const [target, replacement] of [["O'Hara", "O'Neil & Co."], ['(tea|cups?)\\s+(\\d+)', '$2 x $1'], ['== See also ==', '== Read also; "more" ==']])
      await page.evaluate(([t, r]) => fetch('/index.php?title=Special:ReplaceText', { method: 'POST', body: new URLSearchParams({ title: 'Special:ReplaceText', target: t, replacement: r, use_regex: '1', category: '', prefix: '', edit_pages: '1', continue: '1', token: mw.user.tokens.get('csrfToken') }) }).then(x => x.text()), [target, replacement])
    for (const p of ["Special:LinkSearch&target=*.example.org/~o'hara&namespace=0", 'Special:Contributions/O%27Hara&offset=20261126094100&limit=20&tagfilter=mw-reverted&start=2026-01-01&end=', 'Special:WhatLinksHere/Main_Page&hidetrans=1&invert=1', 'Special:PrefixIndex&prefix=Talk%3A%22&stripprefix=1', 'Special:Undelete&fuzzy=1&prefix=sand', "Special:Log&type=delete&user=&page=It's&wpdate=2026-11-26&wpfilters%5B%5D=revdel&pattern=1", 'Special:ComparePages&page1=Main+Page&rev1=1&page2=Tea&rev2=', 'Special:Diff/1/cur', 'Special:Search&ns0=1&ns10=1&advancedSearch-current=%7B%22fields%22%3A%7B%22intitle%22%3A%22O%27Hara%22%2C%22not%22%3A%5B%22a%22%5D%7D%7D&search=tea', 'Special:ApiSandbox#action=query', 'Special:NewPages&namespace=all&hideredirs=1&size-mode=max&size=500'])
      await open(page, '/index.php?title=' + p)
    for (const q of admins.wikiSearches) {
      await open(page, '/index.php?title=Special:Search&fulltext=1&search=' + encodeURIComponent(q))
      await api(page, { action: 'query', list: 'search', srsearch: q, srnamespace: '0|4|10', srinfo: 'totalhits|suggestion', srprop: 'snippet|titlesnippet', formatversion: 2 })
    }
  }],
  ['expand', async page => {
    for (const t of ["{{#if: {{{1|}}} | it's | 'not' }} -- {{#expr: 2 > 1 and 3 < 4}}", '{{Quote|select the best; drop the rest|O\'Hara}}', '{{#switch: x | x = 1 | y = 2 }} {{CURRENTTIME}}']) {
      await open(page, '/index.php?title=Special:ExpandTemplates')
      await page.fill('textarea[name=wpInput]', t)
      await press(page, '#mw-content-text button[type=submit], #mw-content-text input[type=submit]')
    }
  }],
  ['move-delete', async page => {
    await open(page, '/index.php?title=Special:MovePage/' + encodeURIComponent(articles[0].title))
    await page.waitForTimeout(1000)
    await page.fill('input[name=wpNewTitleMain]', "Ten 'SQL' queries; all you need (1)")
    await page.fill('input[name=wpReason]', "it's better -- ok?").catch(() => {})
    await press(page, 'button[name=wpMove], input[name=wpMove]')
    await open(page, '/index.php?title=Sandbox&action=delete')
    await page.waitForTimeout(1000)
    await page.fill('input[name=wpReason]', "it's a test; delete from wiki -- done").catch(() => {})
    await press(page, 'button[name=wpConfirmB], #wpConfirmB, #mw-content-text button[type=submit]')
  }],
  ['browse', async page => {
    for (const a of n(articles)) await open(page, '/index.php/' + encodeURIComponent(a.title.replace(/ /g, '_')))
    for (const p of ['/api.php?action=feedrecentchanges&feedformat=atom', '/index.php?title=Special:Random', '/rest.php/v1/page/Main_Page/html', '/opensearch_desc.php', '/index.php?title=Special:RecentChanges&feed=rss'])
      await page.evaluate(u => fetch(u).then(r => r.text()), base + p)
  }],
]

// Steps of readers, whose fields get no exception.
const onlyCode = ['searches-for-code', 'comments-of-code', 'raw-queries']

const code = [
  ['sign-in', signIn],
  ['searches-for-code', page => each(literalSearches, s => open(page, '/index.php?title=Special:Search&fulltext=1&search=' + encodeURIComponent(s)))],
  ['articles-about-attacks', page => each(literal, a => edit(page, a.title, wiki(a), 'about security'))],
  ['site-script', async page => edit(page, 'MediaWiki:Common.js', "/* it's loaded on every page */\nmw.loader.using( 'mediawiki.util' ).then( function () {\n\tvar p = document.getElementById( 'p-tb' );\n\tif ( p && document.cookie.indexOf( 'seen=1' ) < 0 ) {\n\t\tmw.util.addPortletLink( 'p-tb', mw.util.getUrl( 'Help' ), 'Help' );\n\t\tdocument.cookie = 'seen=1';\n\t}\n\tsetTimeout( function () { $( '#x' ).html( '<b>hi</b>' ); }, 500 );\n} );", 'site script')],
]

await session(part === 'ordinary' ? ordinary : code.filter(([name]) => part === 'code' || !onlyCode.includes(name)))
