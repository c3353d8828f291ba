import { session, open, picture, press, each, base, part, scale } from './browser.mjs'
import { articles, literal, literalComments, literalSearches, comments, searches, html } from './samples.mjs'
import { posts, replies, options } from './long.mjs'
import fs from 'node:fs'
import * as people from './people.mjs'
import * as admins from './admins.mjs'

const password = "It's 5 o'clock; & all's well -- <ok>"
const login = 'editor'
const n = list => list.slice(0, Math.ceil(list.length * scale))
const block = ([kind, v]) => {
  const inner = html([kind, v])
  if (kind === 'code') return `<!-- wp:code -->\n${inner.replace('<pre>', '<pre class="wp-block-code">')}\n<!-- /wp:code -->`
  if (kind === 'list') return `<!-- wp:list -->\n${inner}\n<!-- /wp:list -->`
  if (kind === 'quote') return `<!-- wp:quote -->\n<blockquote class="wp-block-quote"><!-- wp:paragraph --><p>${v}</p><!-- /wp:paragraph --></blockquote>\n<!-- /wp:quote -->`
  return `<!-- wp:paragraph -->\n${inner}\n<!-- /wp:paragraph -->`
}

async function editor(page, path) {
  await open(page, path)
  await page.waitForFunction(() => window.wp && wp.data && wp.data.select('core/editor') && wp.data.select('core/editor').getCurrentPostId())
  await page.evaluate(() => wp.data.dispatch('core/preferences').set('core/edit-post', 'welcomeGuide', false))
}

// By hand: title and blocks typed on the keyboard, the slash menu for code.
async function typePost(page, a) {
  await editor(page, '/wp-admin/post-new.php')
  await page.click('.editor-post-title__input')
  await page.keyboard.type(a.title)
  for (const [kind, v] of a.blocks) {
    await page.keyboard.press('Enter')
    const plain = Array.isArray(v) ? v.join(' - ') : v.replace(/<\/?code>/g, '`').replace(/<[^>]+>/g, '').replace(/&lt;/g, '<').replace(/&gt;/g, '>')
    if (kind === 'code') {
      await page.keyboard.type('/code')
      await page.waitForSelector('.components-autocomplete__result')
      await page.keyboard.press('Enter')
      await page.keyboard.insertText(plain)
      await page.keyboard.press('ArrowDown')
      await page.evaluate(() => wp.data.dispatch('core/block-editor').insertDefaultBlock())
    } else {
      await page.keyboard.insertText(plain)
    }
  }
  await publish(page)
}

// By paste: what the visual editor makes of a text comes to it whole.
async function pastePost(page, a, type = 'post') {
  await editor(page, `/wp-admin/post-new.php?post_type=${type}`)
  await page.evaluate(([title, content]) => {
    wp.data.dispatch('core/editor').editPost({ title })
    wp.data.dispatch('core/block-editor').resetBlocks(wp.blocks.parse(content))
  }, [a.title, a.content || a.blocks.map(block).join('\n\n')])
  await publish(page)
}

async function publish(page) {
  await page.evaluate(async () => {
    await wp.data.dispatch('core/editor').autosave()
    wp.data.dispatch('core/editor').editPost({ status: 'publish' })
    await wp.data.dispatch('core/editor').savePost()
  })
  const said = await page.evaluate(() => wp.data.select('core/editor').didPostSaveRequestSucceed())
  if (!said) throw new Error('the post was not saved')
}

async function form(page, path, fill, submit = '#submit') {
  await open(page, path)
  await fill(page)
  await Promise.all([page.waitForNavigation({ waitUntil: 'domcontentloaded' }), page.click(submit)])
}

const rest = (page, path, method, data) => page.evaluate(args => wp.apiFetch(args).then(r => r.id, e => { if (e.code === 'invalid_json' || /Merlon/.test(e.message)) throw e }), { path, method, data })
const post = (page, path, fields, file) => page.evaluate(async ([p, values, f]) => {
  const form = new FormData()
  for (const [k, v] of Object.entries(values)) form.append(k, v)
  if (f) form.append(f.field, new Blob([f.text], { type: f.type }), f.name)
  const r = await fetch(p, { method: 'POST', body: form })
  if (r.status === 403 && /event/i.test(await r.text())) throw new Error('refused: ' + p)
}, [path, fields, file])

const visit = paths => async page => { for (const p of paths) await open(page, p) }

async function signIn(page) {
  await open(page, '/wp-admin/edit.php?post_type=post&orderby=date&order=desc')
  await page.waitForSelector('#user_login')
  await page.waitForTimeout(500)   // the page's script moves the focus
  await page.fill('#user_login', login)
  await page.fill('#user_pass', password)
  await Promise.all([page.waitForNavigation(), page.click('#wp-submit')])
  await page.waitForSelector('#wpadminbar')
}

const ordinary = [
  ['install', async page => {
    await open(page, '/wp-admin/install.php')
    if (await page.$('#language-continue')) await Promise.all([page.waitForNavigation(), page.click('#language-continue')])
    await page.fill('#weblog_title', "Ed's Tea & Code; \"a blog\" – 100% <fun>")
    await page.fill('#user_login', login)
    await page.fill('#pass1', password)
    await page.fill('#admin_email', 'ed.ohara+blog@example.com')
    await Promise.all([page.waitForNavigation(), page.click('#submit')])
  }],
  ['wrong-password', async page => {
    for (const w of ["it's what it was?", 'drop table; 1=1', 'It\'s "secret" #1']) {
      await form(page, '/wp-login.php', async p => { await p.fill('#user_login', login); await p.fill('#user_pass', w) }, '#wp-submit')
    }
  }],
  ['sign-in', signIn],
  ['dashboard', async page => {
    await open(page, '/wp-admin/')
    await page.waitForTimeout(1500)
    await page.fill('#quick-press #title', 'Idea: select * from ideas').catch(() => {})
    await page.fill('#quick-press #content', "Don't forget: <b>union</b> of ideas; drop the rest -- ok?").catch(() => {})
    await page.click('#save-post').catch(() => {})
    await page.waitForTimeout(1000)
  }],
  ['settings', async page => {
    await form(page, '/wp-admin/options-general.php', async p => {
      await p.fill('#blogdescription', "Tea, code & 'more'; since 2019 -- by Ed O'Hara")
      await p.check('#date_format_custom_radio').catch(() => {})
      await p.fill('#date_format_custom', 'l, j. F Y (\\K\\W W)').catch(() => {})
    })
    await form(page, '/wp-admin/options-writing.php', async p => { await p.fill('#ping_sites', 'http://rpc.pingomatic.com/\nhttps://ping.example.org/RPC2') })
    await form(page, '/wp-admin/options-reading.php', async p => { await p.fill('#posts_per_page', '5') })
    await form(page, '/wp-admin/options-discussion.php', async p => {
      await p.uncheck('#comment_previously_approved')
      await p.uncheck('#require_name_email')
      await p.fill('#moderation_keys', "casino\nviagra\nbuy now; cheap\n192.168.0.1")
      await p.fill('#disallowed_keys', 'buy cheap\n127.0.0.1')
    })
    await form(page, '/wp-admin/options-media.php', async p => { await p.fill('#large_size_w', '1400') })
    await form(page, '/wp-admin/options-permalink.php', async p => { await p.fill('#permalink_structure', '/%year%/%monthnum%/%postname%/') })
    await open(page, '/wp-admin/options.php')
    await Promise.all([page.waitForNavigation(), page.click('#Update, #submit')])
  }],
  ['terms', async page => {
    for (const [name, d] of [['SQL & databases', "SELECT, JOIN and 'friends'"], ['PHP', 'Everything <?php'], ['Shell', '#!/bin/sh; cat, ls, rm'], ["Ed's corner", '"Quotes" -- and more']]) {
      await open(page, '/wp-admin/edit-tags.php?taxonomy=category')
      await page.fill('#tag-name', name)
      await page.fill('#tag-description', d)
      await page.click('#submit')
      await page.waitForTimeout(700)
    }
  }],
  ['typed-posts', page => each(n(articles).filter((_, i) => i % 5 === 0), a => typePost(page, a))],
  ['pasted-posts', page => each(n(articles).filter((_, i) => i % 5 !== 0), a => pastePost(page, a))],
  ['long-posts', page => each(n(posts), a => pastePost(page, a))],
  ['pages', async page => { for (const a of n(articles).slice(0, 2)) await pastePost(page, { ...a, title: 'Page: ' + a.title }, 'page') }],
  ['quick-edit', async page => {
    await open(page, '/wp-admin/edit.php')
    for (let i = 0; i < 3; i++) {
      const row = page.locator('#the-list tr.type-post').nth(i)
      await row.hover()
      await row.locator('button.editinline').click()
      await page.locator('#the-list .inline-edit-row textarea.tax_input_post_tag').first().fill("sql, o'reilly, c#, <tag>, a&b; c")
      await page.locator('#the-list .inline-edit-row button.save').first().click()
      await page.waitForTimeout(1200)
    }
  }],
  ['upload', async page => {
    for (const [name, type] of [['Tea & cake (1)', 'image/png'], ["Ed's cup; select", 'image/jpeg'], ['tête-à-tête', 'image/png'], ['union..join', 'image/jpeg']]) {
      await open(page, '/wp-admin/media-new.php?browser-uploader')
      await page.setInputFiles('#async-upload', await picture(page, name, type))
      await Promise.all([page.waitForNavigation(), page.click('#html-upload')])
    }
    await open(page, '/wp-admin/upload.php?mode=grid')
    await page.waitForSelector('.attachments .attachment')
    await page.setInputFiles('input[type=file]', [await picture(page, 'grid 100%'), await picture(page, '../up', 'image/jpeg').catch(() => picture(page, 'up', 'image/jpeg'))])
    await page.waitForTimeout(4000)
    await page.locator('.attachments .attachment').first().click()
    await page.fill('#attachment-details-two-column-alt-text', "A cup -- it's blue; 50% <full>")
    await page.fill('#attachment-details-two-column-caption', 'See <a href="/about">about</a> & more')
    await page.keyboard.press('Tab')
    await page.waitForTimeout(1500)
  }],
  ['image-editor', async page => {
    await open(page, '/wp-admin/upload.php?mode=list')
    const href = await page.locator('#the-list .row-actions .edit a').first().getAttribute('href')
    await page.goto(href)
    await page.locator('input[id^="imgedit-open-btn"]').click()
    await page.waitForSelector('.imgedit-rright')
    await page.click('.imgedit-rright').catch(() => {})
    await page.waitForTimeout(1500)
    await page.click('.imgedit-submit-btn')
    await page.waitForTimeout(2000)
  }],
  ['rest-saves', async page => {   // what mobile applications and other programs do
    await editor(page, '/wp-admin/post-new.php')
    await each([...people.letters, ...people.tickets.map(t => [t.slice(0, 50), t])], async ([title, text], i) => {
      const id = await rest(page, '/wp/v2/posts', 'POST', { title, content: i % 2 ? people.blocks(text) : people.paragraphs(text), excerpt: text.slice(0, 120), status: 'publish', comment_status: 'open', format: 'standard', meta: { footnotes: '' } })
      for (const d of n(people.drafts(text))) await rest(page, `/wp/v2/posts/${id}/autosaves`, 'POST', { title, content: people.blocks(d), excerpt: '' })
      await rest(page, `/wp/v2/posts/${id}`, 'PUT', { title: title + ' (2)', content: people.blocks(text), slug: 'x-' + i, sticky: false })
      await rest(page, `/wp/v2/posts/${id}/revisions?context=edit&per_page=3&_fields=id,date,title.raw`, 'GET')
      if (i % 5 === 4) await rest(page, `/wp/v2/posts/${id}?force=true`, 'DELETE')
    })
  }],
  ['html-blocks', page => each(people.htmlBlocks, h => pastePost(page, { title: 'A block of HTML', content: `<!-- wp:paragraph -->\n<p>See it here; it's "custom".</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:html -->\n${h}\n<!-- /wp:html -->` }))],
  ['embeds', async page => {
    await editor(page, '/wp-admin/post-new.php')
    await each(['https://www.youtube.com/watch?v=aBcD1234xyz&t=42s&list=PL1&index=2', 'https://vimeo.com/76979871#t=1m2s', 'https://twitter.com/ed_ohara/status/1234567890?s=20', 'https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC?si=a1b2&utm_source=copy-link', 'https://soundcloud.com/o-hara/it-s-tea-time?in=ed/sets/r-d', 'https://www.reddit.com/r/sql/comments/abc123/whats_the_difference_between_union_and_union_all/', base + "/?p=1&x='y'"],
      url => rest(page, '/oembed/1.0/proxy?url=' + encodeURIComponent(url) + '&_locale=user', 'GET'))
    await each(n(people.queries).slice(0, 20), q => rest(page, '/wp/v2/search?search=' + encodeURIComponent(q) + '&per_page=20&type=post&_locale=user', 'GET'))
    await each(n(people.queries).slice(20, 40), q => rest(page, '/wp/v2/block-directory/search?term=' + encodeURIComponent(q), 'GET'))
  }],
  ['exif', async page => {
    for (const [i, name] of ["Ed's DSC_0042; (1)", 'IMG-20261126-WA0007'].entries()) {
      const file = await picture(page, name, 'image/jpeg')
      fs.writeFileSync(file, people.withExif(fs.readFileSync(file), people.exif.slice(0, 7 - i)))
      await open(page, '/wp-admin/media-new.php?browser-uploader')
      await page.setInputFiles('#async-upload', file)
      await Promise.all([page.waitForNavigation(), page.click('#html-upload')])
    }
    await editor(page, '/wp-admin/post-new.php')
    await each(people.letters.slice(0, 4), ([title, text]) => rest(page, '/wp/v2/media/5', 'POST', { title, caption: text.slice(0, 200), description: people.paragraphs(text), alt_text: "It's \"blue\"; 5 > 3" }))
  }],
  ['import', async page => {
    await open(page, '/wp-admin/import.php')
    await post(page, '/wp-admin/admin.php?import=wordpress&step=1', { action: 'save', max_file_size: '2097152', submit: 'Upload file and import' }, { field: 'import', type: 'text/xml', name: "ed039steacode.WordPress.2026-11-26.xml", text: people.wxr(people.letters) })
    await page.evaluate(p => fetch(p).then(r => r.text()), '/wp-admin/export.php?download=true&content=all&cat=0&post_author=0&post_start_date=0&post_end_date=0&post_status=0&page_author=0&submit=Download+Export+File')
  }],
  ['more-css', async page => {
    await open(page, '/wp-admin/customize.php?autofocus[section]=custom_css')
    await page.waitForFunction(() => window.wp && wp.customize && wp.customize.state && wp.customize.state('saved'))
    await page.waitForTimeout(2000)
    await page.evaluate(text => { wp.customize(Object.keys(wp.customize.settings.settings).find(k => k.startsWith('custom_css'))).set(text); return wp.customize.previewer.save() }, people.styleSheet)
    await page.waitForTimeout(3000)
  }],
  ['comment-signed-in', async page => {
    for (const c of comments.slice(0, 4)) {
      await open(page, '/?p=1')
      await page.fill('#comment', c)
      await Promise.all([page.waitForNavigation(), page.click('#submit')])
    }
  }],
  ['reply-in-admin', async page => {
    await open(page, '/wp-admin/edit-comments.php')
    for (const c of comments.slice(4, 8)) {
      const row = page.locator('#the-comment-list tr').first()
      await row.hover()
      await row.locator('button.vim-r').click()
      await page.fill('#replycontent', c)
      await page.click('#replybtn .save, #replysubmit .save')
      await page.waitForTimeout(1200)
    }
  }],
  ['profile', async page => {
    await form(page, '/wp-admin/profile.php', async p => {
      await p.fill('#first_name', 'Ed'); await p.fill('#last_name', "O'Hara-D'Arcy")
      await p.fill('#url', 'http://www.example.com/~ed/index.php?page=me&lang=en#top')
      await p.fill('#description', 'I write <em>SQL</em> & drink tea; "or is it 1=1?" -- O\'Hara')
    })
    await open(page, '/wp-admin/user-new.php')
    await page.fill('#user_login', 'alice'); await page.fill('#email', "alice.o'neil@example.com")
    await page.fill('#first_name', 'Alice'); await page.fill('#last_name', "O'Neil (union rep)")
    await page.selectOption('#role', 'author')
    await press(page, '#createusersub')
  }],
  ['menus-widgets', async page => {
    await open(page, '/wp-admin/themes.php')
    await page.fill('#wp-filter-search-input', "twenty 'one").catch(() => {})
    await page.fill('#wp-filter-search-input', '').catch(() => {})
    const activate = page.locator('.theme[data-slug="twentytwentyone"] a.activate')
    if (await activate.count()) { await page.locator('.theme[data-slug="twentytwentyone"]').hover(); await Promise.all([page.waitForNavigation(), activate.click()]) }
    await open(page, '/wp-admin/nav-menus.php')
    await page.fill('#menu-name', "Main -- it's <here>")
    await press(page, '#save_menu_footer')
    await page.click('#add-custom-links h3').catch(() => {})
    await page.fill('#custom-menu-item-url', 'http://example.org/?a=1&b=<2>')
    await page.fill('#custom-menu-item-name', "O'Link & more")
    await page.click('#submit-customlinkdiv')
    await page.waitForSelector('#menu-to-edit li')
    await press(page, '#save_menu_footer')
    await open(page, '/wp-admin/widgets.php')
    await page.waitForTimeout(3000)
    await page.evaluate(async () => {
      for (const content of ['<h3>About Ed</h3><p style="color:red">It\'s <b>me</b>; since 1=1</p><a href="https://example.com/?x=1&y=2" target="_blank" rel="noopener">more</a>',
        '<ul class="links"><li><a href="/feed/">RSS</a></li><li><img src="/wp-includes/images/w-logo-blue.png" alt="" width="20" height="20"></li></ul>'])
        await wp.apiFetch({ path: '/wp/v2/widgets', method: 'POST', data: { id_base: 'custom_html', sidebar: 'sidebar-1', instance: { raw: { title: "Ed's box", content } } } })
    })
  }],
  ['customizer', async page => {
    await open(page, '/wp-admin/customize.php?return=%2Fwp-admin%2Fthemes.php')
    await page.waitForFunction(() => window.wp && wp.customize && wp.customize.state && wp.customize.state('saved'))
    await page.waitForTimeout(3000)
    await page.evaluate(() => {
      wp.customize('blogname').set("Ed's Tea & Code -- new")
      const css = [...wp.customize.settings ? Object.keys(wp.customize.settings.settings) : []].find(k => k.startsWith('custom_css'))
      wp.customize(css).set('.site-title { color: #c00; background: url("/x.png"); }\n@import url("extra.css");\na::after { content: "\\201d"; }\n/* it\'s done; -- */ .x > .y + .z ~ a[href^="http"] { width: calc(100% - 2em) }')
      return wp.customize.previewer.save()
    })
    await page.waitForTimeout(4000)
  }],
  ['plugin-options', async page => {   // wordpress.py has the plug-in
    await open(page, '/wp-admin/options-general.php')
    await Promise.all([page.waitForNavigation(), page.evaluate(fields => {
      const form = Object.assign(document.createElement('form'), { method: 'post', action: '/wp-admin/admin-post.php' })
      for (const [name, value] of Object.entries({ action: 'tea_options', ...fields })) form.append(Object.assign(document.createElement('textarea'), { name, value }))
      document.body.append(form)
      form.submit()
    }, options)])
  }],
  ['tools', visit(['/wp-admin/tools.php', '/wp-admin/export.php', '/wp-admin/export.php?download=true&content=all&cat=0&post_author=0&post_start_date=0&post_end_date=0&post_status=0&page_author=0&submit=Download+Export+File',
    '/wp-admin/site-health.php', '/wp-admin/site-health.php?tab=debug', '/wp-admin/import.php', '/wp-admin/plugins.php', '/wp-admin/update-core.php', '/wp-admin/erase-personal-data.php', '/wp-admin/about.php'].filter(p => !p.includes('download=true')))],
  ['plugins', async page => {
    await open(page, '/wp-admin/plugins.php?s=anti+spam+%26+%27more%27&plugin_status=all')
    await open(page, '/wp-admin/plugin-install.php?s=sql+%26+o%27reilly&tab=search&type=term')
  }],
  ['admin-search', async page => {
    for (const s of n(searches)) {
      await open(page, '/wp-admin/edit.php')
      await page.fill('#post-search-input', s)
      await Promise.all([page.waitForNavigation({ waitUntil: 'domcontentloaded' }), page.click('#search-submit')])
    }
  }],
  ['admin-lists', visit(['/wp-admin/edit.php?post_status=publish&post_type=post&orderby=title&order=asc', '/wp-admin/edit.php?s&post_status=all&post_type=post&action=-1&m=0&cat=0&filter_action=Filter&paged=1&action2=-1',
    '/wp-admin/upload.php?mode=list&attachment-filter=post_mime_type%3Aimage&m=0&filter_action=Filter&s', '/wp-admin/edit-comments.php?comment_status=all&orderby=comment_author&order=asc',
    '/wp-admin/users.php?s=alice%20or%20ed&orderby=login', '/wp-admin/edit-tags.php?taxonomy=post_tag&orderby=count&order=desc'])],
  ['permalinks', page => each(admins.permalinks, fields => form(page, '/wp-admin/options-permalink.php', async p => {
    await p.check('#custom_selection')
    for (const [name, value] of Object.entries(fields)) await p.fill('#' + name, value)
  }))],
  ['date-formats', page => each(admins.dateFormats, async format => {
    await open(page, '/wp-admin/options-general.php')
    for (const action of ['date_format', 'time_format']) await post(page, '/wp-admin/admin-ajax.php', { action, date: format })
    await form(page, '/wp-admin/options-general.php', async p => { await p.check('#date_format_custom_radio'); await p.fill('#date_format_custom', format) })
  })],
  ['site-editor', async page => {
    await editor(page, '/wp-admin/post-new.php')
    await each(admins.siteBlocks, async (content, i) => {
      await rest(page, '/wp/v2/blocks', 'POST', { title: "Ed's block " + i, content, status: 'publish', wp_pattern_sync_status: '' })
      await rest(page, '/wp/v2/templates', 'POST', { slug: 'wp-custom-' + i, title: `It's "custom" ${i}`, content, status: 'publish', type: 'wp_template' })
      await rest(page, '/wp/v2/template-parts', 'POST', { slug: 'part-' + i, title: 'Part; ' + i, content, area: 'header' })
      await rest(page, '/wp/v2/navigation', 'POST', { title: 'Menu ' + i, content: `<!-- wp:navigation-link {"label":"O'Link \\u0026 more","url":"https://example.org/?a=1\\u0026b=2","kind":"custom","opensInNewTab":true} /-->`, status: 'publish' })
      await pastePost(page, { title: 'Blocks ' + i, content }, i % 2 ? 'page' : 'post')
    })
    const id = await page.evaluate(() => wp.apiFetch({ path: '/wp/v2/themes?status=active' }).then(t => Number((t[0]._links['wp:user-global-styles'] || [{ href: '/0' }])[0].href.split('/').pop())))
    if (id) await rest(page, '/wp/v2/global-styles/' + id, 'PUT', { id, ...admins.globalStyles })
  }],
  ['heartbeat', async page => {   // the classic editor's drafts
    await editor(page, '/wp-admin/post-new.php')
    await each(n(articles), (a, i) => post(page, '/wp-admin/admin-ajax.php', { action: 'heartbeat', interval: '15', has_focus: 'true', screen_id: 'post', 'data[wp_autosave][post_id]': '1', 'data[wp_autosave][post_type]': 'post', 'data[wp_autosave][post_title]': a.title,
      'data[wp_autosave][content]': a.blocks.map(html).join('\n\n'), 'data[wp_autosave][excerpt]': `It's no. ${i}`, 'data[wp-refresh-post-lock][lock]': '1764110000:1' }))
  }],
  ['xml-rpc', page => each(people.letters, async ([title, text], i) => {
    const send = body => page.evaluate(async b => { if ((await fetch('/xmlrpc.php', { method: 'POST', headers: { 'Content-Type': 'text/xml' }, body: b })).status === 403) throw new Error('refused') }, body)
    if (i === 0) await send(admins.rpc('wp.getUsersBlogs', `<string>${login}</string>`, "<string>it's &amp; is</string>"))
    await send(admins.rpcPost(login, password, title, i % 2 ? people.paragraphs(text) : text))
  })],
  ['import-lists', async page => {
    await open(page, '/wp-admin/import.php')
    await post(page, '/wp-admin/admin.php?import=opml&step=1', { action: 'upload', submit: 'Import' }, { field: 'userfile', type: 'text/x-opml', name: "Ed's feeds (2).opml", text: '<?xml version="1.0"?>\n<opml version="2.0"><head><title>Ed\'s &amp; Zoë\'s</title></head><body><outline text="Tea; &quot;code&quot;"><outline type="rss" text="O\'Hara" xmlUrl="https://example.org/feed/?a=1&amp;b=2" htmlUrl="https://example.org/~ed"/></outline></body></opml>' })
    await post(page, '/wp-admin/admin.php?import=csv&step=1', { delimiter: ';', update_existing: '1' }, { field: 'import', type: 'text/csv', name: 'products; 2026.csv', text: 'ID;Name;Description;Price\n1;"Ed\'s cup";"<p>It\'s <b>blue</b>; 5 > 3</p>";=4,50\n2;Plate;"select & order; drop us a line -- ok?";NULL\n3;"O""Neil";"\'1=1\'";@sum' })
    await form(page, '/wp-admin/export-personal-data.php', p => p.fill('#username_or_email_for_privacy_request', "alice.o'neil@example.com"), '#submit')
  }],
  ['sign-out', async page => {
    await open(page, '/wp-admin/')
    const href = await page.locator('#wp-admin-bar-logout a').getAttribute('href')
    await page.goto(href)
  }],
  ['visitor-comments', async page => {
    for (const [i, c] of n([...comments, ...replies, ...people.foreign, ...people.tickets, ...people.chats, ...admins.codeComments]).entries()) {
      await open(page, '/?p=1')
      await page.fill('#comment', c)
      await page.fill('#author', ["Ann O'Nymous", 'Bob "the builder"', 'Zoë & Max', 'D. <drop> Table', '李雷'][i % 5])
      await page.fill('#email', `reader${i}+x@example.org`)
      await page.fill('#url', i % 3 ? '' : 'http://example.net/~me/?p=' + i)
      await page.waitForTimeout(100)
      await Promise.all([page.waitForNavigation({ waitUntil: 'domcontentloaded' }), page.click('#submit')])
    }
  }],
  ['visitor-search', async page => {
    for (const s of n(searches)) {
      await open(page, '/?s=' + encodeURIComponent(s).replace(/%20/g, '+').replace(/'/g, '%27'))
    }
  }],
  ['visitor-types', async page => {   // a search that asks while somebody types
    await open(page, '/')
    await each(n(people.queries), async q => {
      for (const t of people.typed(q)) await page.evaluate(u => fetch(u).then(r => r.text()), '/wp-json/wp/v2/search?per_page=5&_fields=title,url&search=' + encodeURIComponent(t))
    })
  }],
  ['visitor-browse', async page => {
    await open(page, '/')
    for (let i = 1; i < 6; i++) {
      await open(page, `/page/${i}/`)
      const links = await page.$$eval('h2 a', as => as.map(a => a.href))
      for (const l of links.slice(0, 8)) await page.goto(l, { waitUntil: 'domcontentloaded' })
    }
    for (const p of ['/feed/', '/comments/feed/', '/wp-sitemap.xml', '/wp-json/', '/wp-json/wp/v2/posts?search=o%27leary&per_page=5&_fields=id,title', '/?feed=rss2', '/?author=1', '/2026/', '/wp-json/oembed/1.0/embed?url=' + encodeURIComponent(base + '/?p=1'), '/?rest_route=/wp/v2/tags', '/robots.txt', '/favicon.ico', '/xmlrpc.php?rsd'])
      await page.evaluate(u => fetch(u).then(r => r.text()), base + p)
  }],
]

// The editors of plug-ins and themes send whole PHP files: code is what they are for.
async function editFile(page, path, change) {
  await open(page, path)
  await page.waitForSelector('.CodeMirror, #newcontent', { state: 'attached' })
  await page.waitForTimeout(1000)
  await page.evaluate(text => {
    const box = document.querySelector('.CodeMirror')
    if (box) box.CodeMirror.setValue(box.CodeMirror.getValue() + text)
    else document.querySelector('#newcontent').value += text
  }, change)
  await page.click('.notice-dismiss, .file-editor-warning-dismiss', { timeout: 2000 }).catch(() => {})
  await page.click('#submit')
  await page.waitForTimeout(4000)
}

// Steps of readers, whose fields get no exception.
const onlyCode = ['searches-for-code', 'comments-of-code', 'raw-queries']

const code = [
  ['sign-in', signIn],
  ['filters-of-attacks', page => form(page, '/wp-admin/options-discussion.php', p => p.fill('#disallowed_keys', '<script>\nonerror=\nunion select\n/etc/passwd'))],
  ['searches-for-code', page => each(literalSearches, s => open(page, '/?s=' + encodeURIComponent(s)))],
  ['comments-of-code', page => each(literalComments, async c => {
    await open(page, '/?p=1')
    await page.fill('#comment', c)
    await Promise.all([page.waitForNavigation(), page.click('#submit')])
  })],
  ['posts-about-attacks', page => each(literal, a => pastePost(page, a))],
  ['plugin-editor', async page => {
    await editFile(page, '/wp-admin/plugin-editor.php?plugin=akismet%2Fakismet.php&Submit=Select', "\n// checked by Ed\nadd_filter( 'the_title', function ( $t ) { return trim( $t ); } );\n")
  }],
  ['theme-editor', async page => {
    await editFile(page, '/wp-admin/theme-editor.php?file=functions.php&theme=twentytwentyone', "\nadd_action( 'wp_footer', function () { echo '<p>' . esc_html( date( 'Y' ) ) . '</p>'; } );\n")
    await editFile(page, '/wp-admin/theme-editor.php?file=style.css&theme=twentytwentyone', "\n.entry-title > a:hover { color: #c00; }\n")
  }],
]

await session(part === 'ordinary' ? ordinary : code.filter(([name]) => part === 'code' || !onlyCode.includes(name)))
