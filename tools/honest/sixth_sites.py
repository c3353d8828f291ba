"""Kinds of the sixth wave: forms and editors of the web as known programs send them; by somebody who had read none of the engine."""
import base64
import json
import re
from registry import kind
from sixth_words import say


def html(m):
    return say(m, '<p>«s»</p><p><strong>«p»</strong> <em>«n»</em>&nbsp;<a href="«url»" target="_blank" rel="noopener">«p»</a></p>',
            '<h2 id="«slug»">«t»</h2><ul><li>«s»</li><li>«p»</li></ul><blockquote>«s»</blockquote>',
            '<p style="text-align: center;"><img src="/media/«id».jpg" alt="«p»" width="«i»" height="«i»" loading="lazy" /></p><p>«s»</p>',
            '<table border="1" style="width:100%"><tbody><tr><td>«n»</td><td>«i»</td></tr></tbody></table><p><span style="color:#«hex»">«s»</span></p>',
            '<figure class="image"><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><figcaption>«p»</figcaption></figure><hr><p>«s»<br />«s»</p>')


def made(m, text):
    return re.sub('@(html|token|b64|hex)\\b', lambda x: {'html': lambda: html(m), 'token': lambda: m.hex(40), 'b64': lambda: m.b64(48), 'hex': lambda: m.hex(20)}[x[1]](), text)


def form(name, path, *fields, **more):
    """A kind that sends a form: fields are 'name=text¦another text' with slots, @html, @token, @b64 and @hex"""
    def make(m):
        pairs = [f.split('=', 1) for f in fields]
        filled = [(say(m, k), made(m, say(m, *v.split('¦')))) for k, v in pairs]
        target = made(m, say(m, path)).replace(' ', '%20')
        return m.multipart(target, filled) if more.get('multipart') else m.form(target, filled)
    kind('sixth ' + name, more.get('hard', False))(make)


def address(text):
    """An address as browsers send it: without its fragment, and with these signs in percent escapes"""
    path, mark, query = text.partition('#')[0].partition('?')
    for sign in ' "<>':
        path, query = (x.replace(sign, '%%%02X' % ord(sign)) for x in (path, query))
    for sign in '`{}':
        path = path.replace(sign, '%%%02X' % ord(sign))
    return path + mark + query.replace("'", '%27')


def page(name, *targets):
    """A kind that gets addresses: texts with slots"""
    kind('sixth ' + name)(lambda m: m.send('GET', address(say(m, *targets)), m.browser()))


form('drupal node', '/node/«i»/edit', 'changed=1764150000', 'title[0][value]=«t»', 'form_build_id=form-@hex', 'form_token=@token', 'form_id=node_article_edit_form', 'body[0][value]=@html',
        'body[0][format]=full_html', 'field_tags[target_id]=«n» («i»), "«n», «p»" («i»)', 'path[0][alias]=/«slug»', 'menu[menu_parent]=main:', 'op=Save')
form('drupal views preview', '/admin/structure/views/view/«var»/preview/page_1/ajax?_wrapper_format=drupal_ajax', 'view_args=«i»/«n»', 'form_id=view_preview_form', '_drupal_ajax=1',
        '_triggering_element_name=op', 'ajax_page_state[libraries]=core/drupal.ajax,core/jquery.once,views_ui/admin.styling', 'ajax_page_state[theme]=claro')
form('drupal pathauto patterns', '/admin/config/search/path/patterns/add', 'type=canonical_entities:node', 'pattern=[node:content-type]/[node:title]¦«n»/[node:created:custom:Y]/[node:title]¦[current-page:query:«n»]',
        'label=«p»', 'op=Save')
form('joomla article', '/administrator/index.php?option=com_content&view=article&layout=edit&id=«i»', 'jform[title]=«t»', 'jform[alias]=«slug»', 'jform[articletext]=@html', 'jform[catid]=«i»',
        'jform[attribs][show_title]=', 'jform[images]={"image_intro":"images\\/«n».jpg#joomlaImage:\\/\\/local-images\\/«n».jpg?width=«i»&height=«i»","float_intro":""}', 'task=article.apply', '«hex»«hex»=1')
form('joomla menu link', '/administrator/index.php?option=com_menus&task=item.save', 'jform[link]=index.php?option=com_users&view=login¦index.php?option=com_content&view=category&layout=blog&id=«i»',
        'jform[params][menu-anchor_css]=«id»', 'jform[browserNav]=0', 'jform[request][id]=«i»')
form('typo3 record', '/typo3/record/edit?token=«hex»&edit[tt_content][«i»]=edit&returnUrl=/typo3/module/web/layout?id=«i»%26token=«hex»', 'data[tt_content][«i»][header]=«t»', 'data[tt_content][«i»][bodytext]=@html',
        'data[tt_content][«i»][header_link]=t3://page?uid=«i»#«i»', 'data[tt_content][«i»][pi_flexform][data][sDEF][lDEF][settings.«n»][vDEF]=«n»', 'doSave=1', '_savedok=1')
form('typo3 typoscript constants', '/typo3/module/web/ts', 'data[constants]=styles.content.textmedia.maxW = «i»\nplugin.tx_«n».view.templateRootPath = EXT:«n»/Resources/Private/Templates/', '_saveclear=1')
form('contao page', '/contao?do=article&table=tl_content&id=«i»&act=edit&rt=«hex»', 'FORM_SUBMIT=tl_content', 'REQUEST_TOKEN=@token', 'headline[value]=«t»', 'headline[unit]=h2', 'text=@html¦<p>{{link::«i»}} {{date::Y}} {{insert_content::«i»}}</p>',
        'cssID[]=«n»', 'save=')
form('wordpress options', '/wp-admin/options.php', 'option_page=general', 'action=update', '_wpnonce=«hex»', '_wp_http_referer=/wp-admin/options-general.php?settings-updated=true', 'blogname=«t»',
        'blogdescription=«s»', 'date_format_custom=j. F Y', 'time_format_custom=g:i a', 'permalink_structure=/%year%/%monthnum%/%postname%/', 'submit=Save Changes')
form('wordpress widgets', '/wp-admin/admin-ajax.php', 'action=save-widget', 'widget-text[«i»][text]=@html', 'widget-text[«i»][title]=«t»', 'widget-id=text-«i»', 'id_base=text', 'savewidgets=«hex»')
form('wordpress contact form 7', '/wp-json/contact-form-7/v1/contact-forms/«i»/feedback', '_wpcf7=«i»', '_wpcf7_unit_tag=wpcf7-f«i»-p«i»-o1', '_wpcf7_locale=de_DE', 'your-name=«name»', 'your-email=«mail»', 'your-message=«s» «s»',
        '_wpcf7_posted_data_hash=', multipart=True)
form('contact form 7 template', '/wp-admin/admin.php?page=wpcf7&post=«i»', 'wpcf7-form=<label> Your name\n [text* your-name autocomplete:name] </label>\n[email* your-email]\n[submit "«n»"]',
        'wpcf7-mail[subject]=[_site_title] "[your-subject]"', 'wpcf7-mail[body]=From: [your-name] <[your-email]>\nSubject: [your-subject]\n\n[your-message]\n-- \n«s»', 'wpcf7-mail[additional-headers]=Reply-To: [your-email]', 'action=save')
form('gravity forms entry', '/«slug»/', 'input_1.3=«N»', 'input_1.6=O\'«N»', 'input_«i»=«s»', 'is_submit_«i»=1', 'gform_submit=«i»', 'state_«i»=@b64', 'gform_field_values=utm_source=«n»&utm_medium=«n»', multipart=True)
form('acf fields', '/wp-admin/post.php', 'post_ID=«i»', 'acf[field_«hex»][row-0][field_«hex»]=«s»', 'acf[field_«hex»][acfcloneindex][field_«hex»]=', '_acf_changed=1', 'post_title=«t»', 'content=<!-- wp:acf/«n» {"name":"acf/«n»","data":{"«n»":"«p»","_«n»":"field_«hex»"},"mode":"edit"} /-->')
form('yoast titles', '/wp-admin/options.php', 'wpseo_titles[title-post]=%%title%% %%page%% %%sep%% %%sitename%%', 'wpseo_titles[metadesc-page]=%%excerpt%% | «n»', 'wpseo_titles[separator]=sc-dash', '_wpnonce=«hex»')
form('redirection rules', '/wp-json/redirection/v1/redirect', 'url=^/«n»/(.*)$¦/«n»\\.php\\?id=(\\d+)¦/old/«slug»', 'action_data[url]=/«n»/$1¦https://«host»/«n»?p=$1', 'regex=1', 'match_type=url', 'group_id=1')
form('woocommerce product', '/wp-admin/post.php', 'post_type=product', '_regular_price=«r»', '_sku=«id»', 'attribute_values[0]=«n» | «n» | «n»', 'attribute_names[0]=«A»', 'excerpt=@html', '_purchase_note=«s»', 'variable_sku[0]=«id»')
form('woocommerce coupon', '/wp-admin/post.php', 'coupon_amount=«i»', 'customer_email[]=*@«host»', 'post_title=«N»«i»', 'usage_limit=«i»', 'discount_type=percent', 'expiry_date=«date»')
form('magento product save', '/admin/catalog/product/save/id/«i»/type/simple/store/0/set/4/key/«hex»/back/edit', 'product[name]=«t»', 'product[description]=@html¦<div data-content-type="html" data-appearance="default" data-element="main">&lt;p&gt;«s»&lt;/p&gt;</div>¦{{widget type="Magento\\CatalogWidget\\Block\\Product\\ProductsList" title="«n»" products_count="«i»"}}',
        'product[custom_layout_update]=', 'product[custom_attributes][0][attribute_code]=«var»', 'form_key=«hex»', 'product[url_key]=«slug»')
form('magento cms block', '/admin/cms/block/save', 'content=<p>{{block class="Magento\\Cms\\Block\\Block" block_id="«id»"}}</p><img src="{{media url=wysiwyg/«n».jpg}}" />¦{{store url="«n»/«n»"}} {{trans "«s»"}} {{customVar code=«var»}}', 'title=«t»', 'identifier=«id»', 'stores[0]=0', 'form_key=«hex»')
form('prestashop product', '/admin«hex»/index.php/sell/catalog/products/«i»/edit?_token=«hex»', 'product[description][description][1]=@html', 'product[seo][redirect_option][type]=301-category', 'product[header][name][1]=«t»', 'product[specifications][features][0][custom_value][1]=«p»; «p»', 'product[_token]=@token')
form('prestashop sql manager', '/admin«hex»/index.php/configure/advanced/sql-requests/new', 'sql_request[name]=«p»', 'sql_request[sql]=SELECT id_customer, COUNT(*) AS n FROM ps_orders GROUP BY id_customer ORDER BY n DESC LIMIT «i»', 'sql_request[_token]=@token', hard=True)
form('shopware search criteria', '/store-api/search', 'search=«p»', 'includes[product][]=name', 'filter[0][type]=equalsAny', 'filter[0][field]=properties.id', 'filter[0][value]=«uuid»|«uuid»', 'aggregations[0][type]=entity', 'p=«i»', 'order=score')
form('oxid and gambio basket', '/index.php?cl=details&fnc=tobasket&stoken=«hex»', 'aid=«hex»', 'anid=«hex»', 'am=«i»', 'persparam[details]=«s»', 'varselid[0]=«hex»', 'cnid=nc')
form('opencart product', '/admin/index.php?route=catalog/product/edit&user_token=«hex»&product_id=«i»&filter_name=«n»%25', 'product_description[1][description]=&lt;p&gt;«s»&lt;/p&gt;', 'product_description[1][meta_title]=«t»', 'product_option[0][name]=«A»', 'keyword=«slug»')
form('shopify theme editor', '/admin/themes/«i»/settings', 'settings[custom_css]=.«n» > .«n»:hover { color: #fff; content: "→"; } /* «p» */', 'settings[heading_font]=assistant_n4', 'settings[announcement]={{ shop.name }} – «s»')
form('rails nested attributes', '/«n»s/«i»', '_method=patch', 'authenticity_token=@b64', '«n»[«n»s_attributes][0][_destroy]=false', '«n»[«n»s_attributes][1764150000][name]=«s»', '«n»[body]=@html', '«n»[starts_at(1i)]=2026', '«n»[starts_at(4i)]=12', 'commit=Update «N»')
form('action text trix', '/posts', 'post[content]=<div><!--block-->«s»<br><br><action-text-attachment sgid="BAh7CEkiCGdpZAY6BkVU" content-type="image/png" url="https://«host»/rails/active_storage/blobs/redirect/eyJfcmFpbHMi--«hex»/«n».png" filename="«n».png" presentation="gallery"></action-text-attachment></div>',
        'post[title]=«t»', 'authenticity_token=@b64')
form('django admin', '/admin/«n»/«n»/«i»/change/', 'csrfmiddlewaretoken=@token', '«n»_set-TOTAL_FORMS=«i»', '«n»_set-0-name=«name»', '«n»_set-__prefix__-id=', 'initial-date=«iso»', 'description=«s» «s»', '_continue=Save and continue editing')
form('django admin filters', '/admin/«n»/order/?created__gte=«date»&status__exact=«n»&q=«n»&o=-1.2&e=1&name__icontains=«n»&total__isnull=True', 'action=delete_selected', 'select_across=0', '_selected_action=«i»', 'csrfmiddlewaretoken=@token')
form('laravel validation', '/«n»s', '_token=@token', '_method=PUT', 'items[0][name]=«s»', 'items[0][rule]=required|string|max:«i»|unique:users,email¦nullable|regex:/^[A-Z]{2}[0-9]+$/|in:a,b', 'remember=on')
form('symfony form', '/«n»/new', '«n»[title]=«t»', '«n»[range][from][date][month]=«i»', '«n»[_token]=@token', '«n»[choices][]=App\\Entity\\«N»¦«n»', '«n»[text]=«s»')
form('asp.net with viewstate', '/«N»/Default.aspx?ID=«i»', '__EVENTTARGET=ctl00$Main$gv«N»$ctl02$lnk«N»', '__EVENTARGUMENT=Page$«i»¦Sort$«N»¦Select$«i»', '__VIEWSTATE=/wEPDwUKLTk1@b64', '__VIEWSTATEGENERATOR=«hex»', '__EVENTVALIDATION=/wEdAAI@b64', 'ctl00$Main$txt«N»=«s»',
        'ctl00$ScriptManager1=ctl00$Main$up|ctl00$Main$btn«N»', '__ASYNCPOST=true')
form('telerik and devexpress', '/«N».aspx', 'ctl00_RadGrid1_ClientState={"selectedIndexes":["«i»"],"reorderedColumns":[],"expandedItems":[]}', 'ctl00$ASPxGridView1$CallbackState=@b64', '__CALLBACKID=ctl00$ASPxGridView1', '__CALLBACKPARAM=c0:KV|«i»;[\'«i»\',\'«i»\'];GB|20;12|PAGERONCLICK3|PN«i»;',
        'DXScript=1_10,1_11,1_22,1_63', 'DXCss=0_«i»,1_«i»')
form('struts and spring', '/«n»/save.do;jsessionid=@hex', 'org.apache.struts.taglib.html.TOKEN=«hex»', 'method:save=Save', 'dispatch=update', '«n».items[0].«n».name=«s»', 'struts.token.name=token', '_eventId_next=Next', 'execution=e1s«i»')
form('primefaces table', '/«n»/list.xhtml', 'javax.faces.partial.ajax=true', 'javax.faces.source=form:tbl', 'javax.faces.partial.execute=form:tbl', 'form:tbl_filters=form:tbl:j_idt«i»:filter=«n»', 'form:tbl:globalFilter=«p»', 'javax.faces.ViewState=-«i»«i»«i»:-«i»«i»', 'form:tbl_sortKey=«var»')
form('wicket and tapestry', '/wicket/page?«i»-1.0-form-«n»~panel-«n»', 'p::submit=1', 'id3_hf_0=', 'table:body:rows:«i»:cells:2:cell:«n»=«s»', 't:formdata=@b64', 't:submit=["«id»","«id»"]')
form('oracle apex', '/ords/wwv_flow.accept?p_context=«slug»/«i»', 'p_flow_id=«i»', 'p_json={"salt":"«i»","pageItems":{"itemsToSubmit":[{"n":"P«i»_«N»","v":"«s»"}],"protected":"@b64"}}', 'p_request=SAVE', 'p_widget_mod=ACTION', 'x01=«i»', 'p_arg_names=P«i»_«N»')
form('lotus notes and peoplesoft', '/«n».nsf/«hex»?OpenDocument&Seq=1&AutoFramed', '__Click=«hex».«hex»/$Body/0.«hex»', 'ICAction=#ICSave', 'ICSID=@b64', 'ICElementNum=0', 'Body=«s»', '%%Surrogate_«N»=1', 'ICStateNum=«i»')
form('moodle quiz with code', '/mod/quiz/processattempt.php?cmid=«i»', 'q«i»:1_:flagged=0', 'q«i»:1_:sequencecheck=1', 'q«i»:1_answer=print("«n»")¦for i in range(«i»): print(i)¦x = x + 1¦a[0] == «i»¦printf("%d\\n", «var»);¦SELECT¦<br>¦cd ..¦ls -l¦int main() { return 0; }¦O(n)¦if (a<b) a=b;',
        'q«i»:2_answer=«i»', 'attempt=«i»', 'sesskey=«hex»', 'next=Next page', 'slots=1,2')
form('moodle forum post', '/mod/forum/post.php', 'message[text]=@html', 'message[format]=1', 'message[itemid]=«i»', 'subject=Re: «t»', 'sesskey=«hex»', '_qf__mod_forum_post_form=1', 'mform_isexpanded_id_general=1')
form('canvas and blackboard answers', '/courses/«i»/quizzes/«i»/submissions', 'question_«i»=«i»', 'question_«i»_«hex»=while¦{ }¦&&¦null¦!=¦i++¦//¦/* */¦\'a\'¦"a"¦a || b', 'question_«i»=<p>«s»</p>', 'validation_token=@token', 'attempt=1', 'authenticity_token=@b64')
form('ilias and olat', '/ilias.php?ref_id=«i»&cmd=post&cmdClass=iltestplayerfixedquestionsetgui&cmdNode=9b:«i»:bd&baseClass=ilRepositoryGUI&fallbackCmd=showQuestion&rtoken=«hex»', 'gap_0=«n»¦SELECT¦=¦git commit¦/etc¦ping', 'gap_1=«i»', 'cmd[submitSolution]=«N»', 'TEXT=@html')
form('code playground of a school', '/exercises/«i»/submit', 'code=print("Hallo «name»")¦for x in «n»s:\n    print(x)¦let a = «i»;\nconsole.log(a);¦<h1>«t»</h1>\n<p>«s»</p>¦public class «N» {\n  public static void main(String[] args) {\n    System.out.println("«n»");\n  }\n}¦SELECT name FROM «n» WHERE age > «i»;', 'lang=py', 'csrf=@token', hard=True)
form('flash cards', '/decks/«i»/cards', 'front=What does «n» mean?¦SELECT?¦rm¦der/die/das «N»¦H2O = ?', 'back=«p»; «n»¦it\'s «p»¦to remove (files)¦"«n»" or "«n»"', 'tags=«n» «n»')
form('public forms of a town', '/antrag/schritt-«i»', 'antragsteller[nachname]=«N»-D\'Angelo', 'antragsteller[geburtsname]=geb. «N»', 'begruendung=«s» § 5 Abs. 1 Satz 2; «s»', 'flurstueck=Flur «i», Nr. «i»/«i»', 'iban=DE«i»«i»«i»', 'zustimmung=ja', '_csrf=@token', 'jsf.sequence=«i»')
form('tax return online', '/api/est/anlage', 'kz_«i»=«i»,«i»', 'freitext=Fahrten Wohnung <-> Arbeit: «i» km * 0,30 € = «i» €; «s»', 'steuernr=«i»/«i»/«i»', 'zeile_«i»=1=ja¦2=nein¦und/oder', 'checksum=«hex»')
form('visa and customs', '/eforms/«uuid»/page/«i»', 'purpose=«s»', 'q_have_you_ever=No / N.A. -- «s»', 'occupation=Union secretary & executive¦drop shipper¦table maker', 'employer=«co»', 'passport=«hex»', 'ConversationId=«uuid»')
form('court filing', '/efile/submit', 'caption=«name» v. «co» et al.', 'docket=1:«i»-cv-«i»-«N»', 'text=«s» See id. at «i»; cf. Fed. R. Civ. P. 12(b)(6). «s»', 'relief=(a) damages > $«i»,000; (b) costs; and/or (c) other', 'file=«slug».pdf', multipart=True)
form('insurance and patient intake', '/intake/step«i»', 'complaint=«s»', 'meds=ASS 100 1-0-0; Metoprolol 47,5 1/2-0-1/2', 'pain=>5', 'history=«s»; sleep(s) badly; drops things; "tables" turn', 'signature=data:image/png;base64,iVBORw0KGgo@b64', 'consent=1')
form('phpmyadmin browse', '/phpmyadmin/index.php?route=/sql&server=1&db=«n»&table=«n»s&pos=0', 'ajax_request=true', 'sql_query=SELECT * FROM `«n»s` ORDER BY `«n»` DESC', 'token=«hex»', 'session_max_rows=25', '_nocache=«i»', hard=True)
form('webmail filters', '/?_task=settings&_action=plugin.managesieve-save', '_name=«p»', '_header[]=subject', '_rule_op[]=regex¦contains', '_target[]=^\\[«n»\\].*¦«n»', '_action_target[]=INBOX/«N»', '_token=«hex»')
form('router port forward', '/apply.cgi', 'action=Apply', 'fwd_name=«n»', 'fwd_ip=192.168.1.«i»', 'lan_ipaddr=192.168.0.1', 'wl_ssid=«name»\'s WiFi; 5G & 2.4', 'wl_key=«hex»;|&«n»$', 'dns1=8.8.8.8', 'next_page=status.asp', 'current_page=/index.asp')
form('cpanel and plesk', '/cpsess«i»/execute/Cron/add_line', 'command=/usr/local/bin/php /home/«n»/public_html/artisan schedule:run >> /dev/null 2>&1', 'minute=*/«i»', 'hour=*', hard=True)
form('newsletter editor again', '/api/campaigns/«i»/content', 'html=<mjml>¦<table role="presentation" width="600"><tr><td><!--[if mso]><v:rect xmlns:v="urn:schemas-microsoft-com:vml" fill="true" stroke="false"><![endif]--><p>Hi {{first_name}}, «s»</p></td></tr></table><img src="{{tracking_pixel}}" width="1" height="1">¦@html', 'subject={{first_name}}, «s»', 'preheader=«p»')
form('forum signature bbcode', '/ucp.php?i=profile&mode=signature', 'signature=[center][img]https://«host»/«n».gif[/img][/center]\n[size=85][color=#«hex»]«s»[/color][/size]', 'form_token=@token', 'submit=Submit')
form('profile of a developer site', '/settings/profile', 'bio=<? $«n»->love(); ?> «n» & C++ | <3 «n»¦class «N» extends Human { }¦$ whoami -> «name»¦// «p» /* «n» */¦`«n»` nerd; 0x«hex»¦#!/bin/life', 'website=http://localhost:«i»¦«url»', 'company=@«n»; ex-«co»', 'csrf=@token')
form('passwords of people again', '/login', 'user=«mail»', 'password=«n»\'«i»"¦|«n»|«i»;¦$(«n»)«i»¦<«N»>&«i»¦«n»--«i»#¦`«n»`«i»¦%«n»%«i»¦«n»\' or «i»¦(«n»=«i»)*', 'remember=1', 'csrf=@token')
page('jsessionid in paths', '/«n»/«id».jsf;jsessionid=«hex»«hex».node«i»?cid=«i»', '/«n»/view.do;jsessionid=0000«hex»:-1?method=show&id=«i»', '/portal/page;jsessionid=«hex»!-«i»«i»!«i»?_nfpb=true&_pageLabel=«n»')
page('matrix parameters', '/cars;color=red;year=«i»/models;name=«n»', '/map;x=«r»;y=«r»;z=«i»', '/api/items;sort=asc;ids=«i»,«i»/tags;v=1')
page('friendly urls with odd signs', '/«city»/@«r»,«r»,15z/data=!3m1!4b1!4m6!3m5!1s0x«hex»:0x«hex»!8m2', '/p/«slug»-c$«i»', '/«n»/(«n»)/*/«n»', "/it/l'«n»-d'«n»-«i».html", '/«n»;«i»,«i»', '/tag/c++', '/tag/.net', '/«n»/~«n»/', '/wiki/Special:Search/«n»', '/a/b=c&d/«n»', '/cdn-cgi/image/width=«i»,quality=75,format=auto/«url»')
page('image transformations', '/image/upload/w_«i»,h_«i»,c_fill,g_auto/l_text:Arial_«i»:«n»,co_white/v«i»/«n».jpg', '/_next/image?url=%2F_next%2Fstatic%2Fmedia%2F«n».«hex».png&w=«i»&q=75', '/imgproxy/insecure/rs:fit:«i»:«i»/plain/http://localhost:9000/«n»/«id».png@webp', '/thumb.php?src=http://localhost:8080/uploads/«n».jpg&w=«i»', '/resize?image=http://localhost:8080/img/«id».png&size=«i»x«i»', '/i?u=https%3A%2F%2F«host»%2F«n».jpg%3Fx%3D1')
page('developers tools with addresses', '/?image=http://localhost:8080/«n».png', '/preview?url=http://127.0.0.1:«i»/«n»', '/swagger-ui/?url=http://localhost:8080/v3/api-docs', '/graphiql?endpoint=http://localhost:4000/graphql', '/callback?redirect=http://localhost:3000/«n»', '/editor?repo=git@github.com:«n»/«n».git&branch=feature/«n»', '/?file=classpath:/db/migration', '/?location=classpath:/db/migration/V«i»__«var».sql', '/vscode?folder=/home/coder/«n»&tkn=«hex»', '/open?file=/workspaces/«n»/src/«n».ts:«i»:«i»')
page('map tiles again', '/tiles/{z}/«i»/«i».png', '/«n»/tile/«i»/«i»/«i»@2x.png?access_token=pk.«hex»', '/wmts?layer=«n»&style=default&tilematrixset=EPSG%3A3857&Service=WMTS&Request=GetTile&TileMatrix=«i»&TileCol=«i»', '/maptiles/v1/{s}/«i»/«i»', '/geoserver/ows?service=WFS&request=GetFeature&typeName=«n»:«n»&cql_filter=name%20LIKE%20%27«N»%25%27%20AND%20pop%20%3E%20«i»')
page('ad macros left in place again', '/imp?cb=[CACHEBUSTER]&c=%%CLICK_URL_UNESC%%&s=${GDPR_CONSENT_«i»}&p={{page_url}}', '/px?u=__AUID__&t=[timestamp]&gdpr={GDPR}&ip={ip}&ua={ua}', '/click?cid={clickid}&sub1={sub1}&sub2={{campaign.name}}&u=%24%7BURL%7D', '/vast?w=[WIDTH]&h=[HEIGHT]&url=[PAGE_URL_ENC]&cust_params=a%3D«n»%26b%3D«n»&correlator=[RANDOM]', '/t?m=@@CLIENT_IP@@&k={keyword:«n»}&mt={matchtype}&d={ifmobile:m}{ifnotmobile:d}&x={_x}', '/c?lp={lpurl}&r={random}&f={{ad.id}}_{{adset.name}}_{{placement}}')
page('video players again', '/embed/«hex»?autoplay=1&mute=1&playlist=«hex»,«hex»&start=«i»&origin=https://«host»&widget_referrer=https%3A%2F%2F«host»%2F', '/hls/«n»/master.m3u8?_HLS_msn=«i»&_HLS_part=«i»&token=exp=«i»~acl=/*~hmac=«hex»', '/dash/«n»/seg-$Number$-«i».m4s', '/vod/_definst_/mp4:«n»/«id».mp4/chunklist_b«i»000.m3u8?wowzatokenhash=«hex»=', '/videoplayback?expire=«i»&ei=«hex»&sparams=expire,ei,ip,id&mime=video%2Fmp4&range=«i»-«i»&rn=«i»&alr=yes')
page('search engines and portals', '/search?q=cache:«host»/+«n»&hl=en', '/s?wd=«n»%20%E6%98%AF%20&rsv_spt=1&rsv_iqid=0x«hex»', '/search?tbm=isch&tbs=isz:lt,islt:2mp,itp:photo&q=«n»+%7C+«n»', '/search?q=intitle:"index of" «n»', '/search?q=«n»+filetype:pdf+-site:«host»+"«p»"', '/search?q=%22«n»%22+AND+(«n»+OR+«n»)&oq=«n»&aqs=chrome..69i57j0l5.«i»j0j7')
page('library catalogues', '/F/«hex»?func=find-b&request=wti%3D«n»+and+wau%3D«N»&find_code=CCL&adjacent=Y', '/primo-explore/search?query=any,contains,«n»,AND;&query=title,exact,«p»,OR&pfilter=rtype,exact,books,AND;&tab=default_tab&search_scope=«var»', '/cgi-bin/koha/opac-search.pl?idx=au,wrdl&q=O\'Brien&op=AND&idx=ti&q=«n»&limit=mc-itype,phr:BK', '/DB=1/CMD?ACT=SRCHA&IKT=1016&SRT=YOP&TRM=«n»?+und+«n»#', '/vufind/Search/Results?lookfor0[]=«n»&type0[]=Title&bool0[]=NOT&join=AND&filter[]=~format:"Book"')
page('old cgi programs', '/cgi-bin/«n».cgi?mode=view;no=«i»;page=«i»', '/cgi-bin/bbs/«n».pl?act=ST&f=«i»&t=«i»&st=&#entry«i»', '/cgi-bin/cvsweb.cgi/~checkout~/«n»/«n».c?rev=1.«i»&content-type=text/plain', '/cgi-bin/man.cgi?query=passwd&sektion=5&manpath=FreeBSD+14.0', '/cgi-bin/gitweb.cgi?p=«n».git;a=blobdiff;f=«n»/«n».c;h=«hex»;hp=«hex»;hb=HEAD', '/viewvc/«n»/trunk/?view=log&pathrev=«i»&sortby=date', '/man/5/passwd', '/cgi-bin/mailman/options/«n»/«mail»')
page('documentation sites', '/docs/stable/?s=/etc/hosts', '/en/latest/search.html?q=__init__&check_keywords=yes&area=default', '/api/java/util/Map.html#get(java.lang.Object)', '/reference/commands/eval/?q=EVAL+script', '/docs/«n».html?highlight=os+system', '/w/cpp/string/basic_string/operator_cmp?q=a<=>b', '/manual/en/function.exec.php', '/docs/bash.1.html?section=1', '/kb/how-to-use-cat-and-grep', '/docs/functions/sleep(3)', '/questions/tagged/bash+shell', '/en-US/docs/Web/HTML/Element/script?q=<script>')
page('oauth and oidc again', '/authorize?response_type=code%20id_token&client_id=«uuid»&redirect_uri=com.«n».app%3A%2F%2Foauth&scope=openid+offline_access+https%3A%2F%2F«host»%2F.default&nonce=«hex»&code_challenge=«hex»-_«hex»&prompt=select_account&claims=%7B%22id_token%22%3A%7B%22acr%22%3Anull%7D%7D', '/cb?error=access_denied&error_description=The+user\'s+%22consent%22+was+not+given%3B+try+again&state=eyJ«hex»', '/cb#id_token', '/signin-oidc?iss=http%3A%2F%2Flocalhost%3A8080%2Frealms%2F«n»&code=«uuid».«uuid».«uuid»', '/login?service=http%3A%2F%2Flocalhost%3A8080%2F«n»%2Flogin%2Fcas&ticket=ST-«i»-«hex»')
page('utm and mail links', '/«slug»?utm_source=«n»&utm_campaign={{campaign.name}}&utm_content=%7C«N»%7C&_hsenc=p2ANqtz-«hex»&mc_cid=«hex»', '/?mkt_tok=«hex»&utm_term=*|DATE:Ymd|*', '/r/?id=h«hex»,«hex»,«hex»&p1=«mail»&p2=$«i»', '/?gclid=Cj0KCQ«hex»&kw=+«n»%20+«n»&mt=b&x=1%3D1', '/unsubscribe?e={{email}}&l=[LIST]')


def editor(name, path, make):
    kind('sixth ' + name)(lambda m: m.json(say(m, path), make(m)))


kind('sixth elementor save')(lambda m: m.form('/wp-admin/admin-ajax.php', [('action', 'elementor_ajax'), ('actions', json.dumps({'save_builder': {'action': 'save_builder', 'data': {'status': 'draft', 'elements': [{'id': m.hex(7), 'elType': 'widget', 'widgetType': m.pick('html', 'text-editor', 'button'), 'settings': {'editor': html(m), 'custom_css': 'selector .%s{margin:0 auto;}' % m.noun(),
        'link': {'url': '#elementor-action%3Aaction%3Dpopup%3Aopen%26settings%3DeyJpZCI6IjEifQ%3D%3D'}, '__dynamic__': {'title': '[elementor-tag id="%s" name="post-title" settings="%%7B%%7D"]' % m.hex(7)}}}]}}})), ('_nonce', m.hex(10)), ('editor_post_id', m.num())]))
editor('divi and wpbakery shortcodes', '/wp-json/wp/v2/pages/«i»', lambda m: {'content': say(m, '[et_pb_section fb_built="1" _builder_version="4.«i»"][et_pb_row][et_pb_column type="4_4"][et_pb_text content_text_color="#«hex»"]<p>«s»</p>[/et_pb_text][/et_pb_column][/et_pb_row][/et_pb_section]', '[vc_row css=".vc_custom_1{padding-top: «i»px !important;}"][vc_column][vc_raw_html]JTNDcCUzRQ==[/vc_raw_html][/vc_column][/vc_row]'), 'meta': {'_et_pb_use_builder': 'on'}})
editor('gutenberg autosave', '/wp-json/wp/v2/posts/«i»/autosaves?_locale=user', lambda m: {'id': m.num(), 'content': say(m, '<!-- wp:code --><pre class="wp-block-code"><code>npm i «n» &amp;&amp; npm start</code></pre><!-- /wp:code -->', '<!-- wp:query {"queryId":«i»,"query":{"perPage":3,"offset":0,"postType":"post","order":"desc","orderBy":"date","inherit":false}} --><div class="wp-block-query"><!-- wp:post-template --><!-- wp:post-title {"isLink":true} /--><!-- /wp:post-template --></div><!-- /wp:query -->', '<!-- wp:cover {"url":"«url»","dimRatio":50} --><div class="wp-block-cover"><p>«s»</p></div><!-- /wp:cover -->', '<!-- wp:shortcode -->[gallery ids="«i»,«i»" orderby="rand"]<!-- /wp:shortcode -->'), 'status': 'draft'})
editor('ckeditor collaboration', '/api/docs/«hex»/ops', lambda m: {'baseVersion': m.num(), 'operations': [{'__className': 'InsertOperation', 'position': {'root': 'main', 'path': [0, m.num()], 'stickiness': 'toNone'}, 'nodes': [{'data': m.sentence(), 'attributes': {'bold': True, 'linkHref': m.url()}}], 'shouldReceiveAttributes': True}]})
editor('lexical and tiptap', '/api/notes/«uuid»', lambda m: {'root': {'children': [{'type': 'paragraph', 'children': [{'detail': 0, 'format': 0, 'mode': 'normal', 'style': 'color: rgb(0,0,0);', 'text': m.sentence(), 'type': 'text', 'version': 1}]}, {'type': 'codeBlock', 'attrs': {'language': 'bash'}, 'content': [{'type': 'text', 'text': say(m, 'cd «n»\nmake install', 'npm run «n»', 'docker compose up -d')}]}, {'type': 'mention', 'attrs': {'id': m.num(), 'label': m.name()}}], 'direction': 'ltr'}})
editor('webflow and wix', '/api/sites/«hex»/nodes', lambda m: {'nodes': [{'_id': m.uuid(), 'tag': 'a', 'classes': [m.hex(8)], 'data': {'attr': {'href': m.pick('#', 'mailto:' + m.mail(), 'tel:' + m.phone(), m.url())}, 'xattr': [{'name': 'data-w-id', 'value': m.uuid()}]}, 'styleLess': 'background-image: url(\'%s\'); grid-template-areas: "a a" "b c"; @raw<|calc(100%% - %dpx)|>;' % (m.url(), m.num())}], 'bindings': '{{wf {"path":"%s","type":"PlainText"} }}' % m.noun()})
editor('storyblok and contentful', '/v1/spaces/«i»/stories/«i»', lambda m: {'story': {'name': m.title(), 'content': {'component': 'page', '_editable': '<!--#storyblok#{"name": "page", "space": "%d", "uid": "%s"}-->' % (m.num(), m.uuid()), 'body': {'type': 'doc', 'content': [{'type': 'heading', 'attrs': {'level': 2}, 'content': [{'text': m.sentence(), 'type': 'text', 'marks': [{'type': 'link', 'attrs': {'href': '/' + m.slug(), 'linktype': 'story'}}]}]}]}}, 'sys': {'type': 'Link', 'linkType': 'Entry', 'id': m.alnum(22)}}})
editor('matrix of a survey designer', '/api/surveys/«i»', lambda m: {'pages': [{'elements': [{'type': 'matrixdropdown', 'name': m.var(), 'visibleIf': say(m, "{«var»} = 'yes' and {«var»} > «i»", "{«var»} contains 'a' or {panel.«n»} notempty", "iif({«n»} = 1, 'a', 'b') = 'a'"), 'title': m.sentence(), 'validators': [{'type': 'expression', 'text': m.sentence(), 'expression': '{%s} < {%s} + %d' % (m.var(), m.var(), m.num())}, {'type': 'regex', 'regex': r'^(\+?\d{1,3}[- ]?)?\d{10}$'}], 'choicesByUrl': {'url': 'https://%s/api/{%s}' % (m.host(), m.var())}}]}]})
editor('form.io and typeform logic', '/forms/«hex»', lambda m: {'logic': [{'type': 'field', 'ref': m.uuid(), 'actions': [{'action': 'jump', 'condition': {'op': 'or', 'vars': [{'type': 'field', 'value': m.uuid()}, {'type': 'constant', 'value': "O'" + m.noun()}]}}]}], 'components': [{'key': m.var(), 'customConditional': 'show = data.%s === "%s" || row.%s > %d;' % (m.var(), m.noun(), m.var(), m.num()), 'calculateValue': 'value = data.%s * %d' % (m.var(), m.num()), 'inputMask': '99/99/9999', 'label': m.sentence()}]})
editor('spreadsheet batch update', '/v4/spreadsheets/«hex»/values:batchUpdate', lambda m: {'valueInputOption': 'USER_ENTERED', 'data': [{'range': "'%s'!A%d:C" % (m.title().replace("'", "''"), m.num()), 'values': [[say(m, "=IF(AND(A«i»>0;B«i»<>\"\");VLOOKUP(A«i»;'«n» «n»'!A:C;2;FALSE);\"-\")", '=QUERY(A1:D; "select A, sum(B) where C > «i» group by A order by sum(B) desc"; 1)', '=IMPORTRANGE("«url»"; "«n»!A1:B")', '=HYPERLINK("«url»", "«n»")', "=INDIRECT(\"'\"&A1&\"'!B\"&ROW())", '=REGEXEXTRACT(A«i»; "[a-z]+@(.*)\\.com")', '=ARRAYFORMULA(IFERROR(A2:A/B2:B; 0))', '=CONCATENATE(A1;" ";"«n»")', '=SUMIFS(C:C;A:A;">="&DATE(2025;1;1))', '-«i»+«i»', '+49 «i» «i»', '@«n»'), m.sentence()]]}]})
editor('airtable formulas', '/v0/meta/bases/app«hex»/tables', lambda m: {'fields': [{'name': m.title(), 'type': 'formula', 'options': {'formula': say(m, "IF({«N»} = '«n»', DATETIME_FORMAT({«A» «N»}, 'YYYY-MM-DD'), BLANK())", "SWITCH({Status}, 'Done', '✅', 'Todo', '⏳') & ' ' & {Name}", 'REGEX_REPLACE({Name}, "[^a-z0-9]+", "-")', "AND({A} > «i», OR({B} = 'x', NOT({C})))")}}]})
editor('notion page', '/api/v3/saveTransactionsFanout', lambda m: {'requestId': m.uuid(), 'transactions': [{'id': m.uuid(), 'operations': [{'pointer': {'table': 'block', 'id': m.uuid(), 'spaceId': m.uuid()}, 'path': ['properties', 'title'], 'command': 'set', 'args': [[m.sentence()], ['⁍', [['e', 'x=\\frac{a}{b}']]], ['‣', [['u', m.uuid()]]], [say(m, 'prop("«N»") > «i» and not empty(prop("«A»"))', '`npm run «n»`', '/«n»')]]}]}]})
editor('react admin lists', '/api/«n»s', lambda m: {'pagination': {'page': 1, 'perPage': 25}, 'sort': {'field': '%s.%s' % (m.noun(), m.var()), 'order': 'DESC'}, 'filter': {'q': m.search(), '%s_gte' % m.var(): m.num(), '%s@ilike' % m.noun(): m.noun(), '$or': [{'name': {'$regex': '^%s' % m.noun(), '$options': 'i'}}]}})
editor('ag grid server side', '/api/rows', lambda m: {'startRow': 0, 'endRow': 100, 'rowGroupCols': [{'id': m.noun(), 'displayName': m.title(), 'field': m.noun()}], 'valueCols': [{'field': m.var(), 'aggFunc': 'sum'}], 'pivotMode': False, 'filterModel': {m.var(): {'filterType': 'text', 'operator': 'OR', 'conditions': [{'type': 'contains', 'filter': m.search()}, {'type': 'notEqual', 'filter': "O'Brien"}]}}, 'sortModel': [{'sort': 'asc', 'colId': m.var()}]})
editor('mail composer of an app', '/api/mail/send', lambda m: {'to': [{'name': m.name(), 'address': m.mail()}], 'subject': 'AW: ' + m.title(), 'html': html(m) + '<div class="gmail_quote"><div dir="ltr" class="gmail_attr">On %s, %s &lt;<a href="mailto:%s">%s</a>&gt; wrote:<br></div><blockquote style="margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex">%s</blockquote></div>' % (m.date(), m.name(), m.mail(), m.mail(), html(m)), 'inReplyTo': '<%s@%s>' % (m.hex(20), m.host())})
editor('word pasted into an editor', '/api/articles/«i»', lambda m: {'body': say(m, '<p class="MsoNormal" style="mso-margin-top-alt:auto"><span lang="DE" style="font-size:11.0pt;font-family:&quot;Calibri&quot;,sans-serif">«s»<o:p></o:p></span></p>', '<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]--><p>«s»</p>', '<b id="docs-internal-guid-«uuid»" style="font-weight:normal;"><p dir="ltr"><span style="white-space:pre-wrap;">«s»</span></p></b>', '<meta charset="utf-8"><google-sheets-html-origin><style type="text/css"><!--td {border: 1px solid #cccccc;}--></style><table><tr><td data-sheets-value="{&quot;1&quot;:2,&quot;2&quot;:&quot;«n»&quot;}">«n»</td></tr></table>')})
editor('embeds in articles', '/api/articles/«i»/blocks', lambda m: {'html': say(m, '<iframe width="560" height="315" src="https://www.youtube-nocookie.com/embed/«hex»" title="«p»" frameborder="0" allow="accelerometer; autoplay; encrypted-media" allowfullscreen></iframe>', '<iframe src="https://open.spotify.com/embed/track/«hex»" width="300" height="80" loading="lazy"></iframe>', '<blockquote class="twitter-tweet"><p lang="en" dir="ltr">«s»</p>&mdash; «name» (@«n») <a href="https://twitter.com/«n»/status/«i»">«date»</a></blockquote>', '<video controls poster="/«n».jpg"><source src="/media/«id».mp4" type="video/mp4"></video>', '<audio controls src="/media/«id».mp3"></audio>', '<iframe src="https://www.google.com/maps/embed?pb=!1m18!1m12!1m3!1d«i»!2d«r»!3d«r»" style="border:0;"></iframe>')})


@kind('sixth tag manager html', hard=True)
def _(m):
    return m.json('/api/containers/%d/tags' % m.num(), {'tag': {'type': 'html', 'value': say(m, "<script>\n  fbq('track', '«N»', {value: {{price}}});\n</script>", '<script async src="https://«host»/«n».js"></script>',
            "<script>window.dataLayer = window.dataLayer || []; dataLayer.push({'event': '«var»'});</script>")}})


@kind('sixth cookies of frameworks')
def _(m):
    c = m.pick('_shopify_sa_p=; _landing_page=%s; _orig_referrer=' % m.enc(m.path()), 'ab.storage.deviceId.%s=%s' % (m.uuid(), m.enc('g:%s|c:%d|e:undefined|l:%d' % (m.uuid(), m.epoch(), m.epoch()))),
            'cmplz_consented_services=; cookielawinfo-checkbox-necessary=yes; viewed_cookie_policy=yes', 'borlabs-cookie=' + m.enc(json.dumps({'consents': {'essential': ['borlabs-cookie']}, 'domainPath': m.host() + '/', 'uid': 'anonymous', 'v3': True})),
            '__Host-next-auth.csrf-token=%s%%7C%s' % (m.hex(64), m.hex(64)), 'ASP.NET_SessionId=%s; .AspNetCore.Antiforgery.%s=CfDJ8%s' % (m.alnum(24).lower(), m.alnum(11), m.b64url(90)), 'mage-messages=%s; form_key=%s; section_data_ids=%s' % (m.enc('[{"type":"success","text":"You added %s to your <a href=\\"https://%s/checkout/cart/\\">shopping cart</a>."}]' % (m.phrase(), m.host())), m.alnum(16), m.enc('{"cart":%d}' % m.now)),
            'klaro=%s' % m.enc('{"matomo":true,"youtube":false}'), 'uc_settings=' + m.enc("{'a':1,'b':[1,2]}"), "dw_shippingzone=US; dwsid=%s==; cqcid=ab%s; __cq_dnt=0" % (m.b64url(60), m.alnum(20)), 'SEARCH_SAMESITE=CgQI%s; NID=511=%s' % (m.alnum(4), m.b64url(90)), 'wp_woocommerce_session_%s=%s%%7C%%7C%d%%7C%%7C%d%%7C%%7C%s' % (m.hex(32), m.hex(32), m.now, m.now, m.hex(32)),
            '_gcl_au=1.1.%d.%d; _gcl_aw=GCL.%d.Cj0KCQ%s' % (m.num(), m.now, m.now, m.b64url(60)), 'ph_phc_%s_posthog=%s' % (m.alnum(43), m.enc(json.dumps({'distinct_id': m.uuid(), '$sesid': [m.epoch(), m.uuid(), m.epoch()], '$epp': True, '$initial_person_info': {'r': '$direct', 'u': m.url()}}))), 'recently_viewed=a:2:{i:0;i:%d;i:1;i:%d;}' % (m.num(10, 99), m.num(10, 99)), 'sbjs_current=typ%%3Dorganic%%7C%%7C%%7Csrc%%3Dgoogle%%7C%%7C%%7Cmdm%%3Dorganic%%7C%%7C%%7Ctrm%%3D%s' % m.enc(m.enc(m.search())))
    return m.get(m.path(), headers=[('User-Agent', m.agent()), ('Accept', '*/*'), ('Cookie', c + '; ' + m.cookies())])


@kind('sixth user agents and referers')
def _(m):
    return m.get(m.path(), headers=[('User-Agent', say(m, 'Mozilla/5.0 (compatible; «N»Bot/1.«i»; +http://«host»/bot.html; «mail»)', 'Mozilla/5.0 (iPad; U; CPU OS 4_3_3 like Mac OS X; «n»-«n») AppleWebKit/533.17.9', 'SAMSUNG-SGH-E250/1.0 Profile/MIDP-2.0 Configuration/CLDC-1.1 UP.Browser/6.2.3.3.c.1.101 (GUI) MMP/2.0', 'Wget/1.21 (linux-gnu); «n» mirror', 'Mozilla/5.0 (Linux; Android 10; K) [«N»/1.0;IABMV/1] {"app":"«n»","v":"«i»"}', 'LibreOffice 7.«i» denylistedbackend/7.88.1', 'Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.«i»; Pro)', "«name»'s iPhone/17 CFNetwork/1410 Darwin/22", '«N»/«i» (#!/usr/bin/perl; «n»)', 'PHP/8.«i» «N»\\HttpClient/1.0', 'Rome Client (http://tinyurl.com/64t5n) Ver: 0.9', 'check_http/v2.3.3 (nagios-plugins 2.3.3)', 'ELB-HealthChecker/2.0', 'Java/1.8.0_«i»', '(KHTML, like «name»)', 'python-urllib3/«i».«i»; $«n»')),
            ('Accept', '*/*'), ('Referer', say(m, 'android-app://com.«n».«n»/https/«host»', 'https://«host»/search?q=%22«n»%22+OR+1', 'about:client', 'https://«host»/?s=O%27Brien&x=<«n»>', 'file:///C:/Users/«n»/Desktop/«id».html', 'http://localhost:«i»/', 'https://«host»/«n»?q=select+«n»+from+«n»s', 'https://www.google.com/url?sa=t&url=https%3A%2F%2F«host»%2F&ved=«hex»', '-', 'https://t.co/«hex»', 'capacitor://localhost', 'https://«host»/a;b=c?x=|«n»|'))])


@kind('sixth exports and imports of accounts')
def _(m):
    rows = ''.join(say(m, '«date»;«i»,«i»;S;8400;70000;"«s»";«co»;Beleg «i»/«i»\r\n', '"EXTF";700;21;"Buchungsstapel";«i»;;;"«N»"\r\n', '1,«i»;"H";EUR;;;«i»;«i»;;«i»;"«p» & «p»"\r\n', "=-«i»;'«i»;+«i»;@«n»\r\n") for _ in range(m.num(3, 12)))
    return m.multipart('/import/%s' % m.noun(), [('mapping', json.dumps({'0': 'date', '1': 'amount'})), ('file', m.slug() + '.csv', 'text/csv', rows), ('separator', m.pick(';', ',', '|', '\\t'))])


@kind('sixth log viewer')
def _(m):
    q = say(m, 'level:error AND message:"«n»" NOT host:web-«i»', 'status:>=500 path:/api/«n»/*', '"Exception" -"«N»Exception" | tail', '[client «ip»] AH01630', 'message=~"(?i)timeout|refused"', 'source:/var/log/nginx/access.log "GET /«n»"', 'grep "«n»" | wc', 'error | sort | uniq', "user='«n»' or ip=«ip»", '%{IP:client} %{WORD:method} %{URIPATHPARAM:request}')
    return m.get('/logs', [('q', q), ('from', 'now-1h'), ('to', 'now'), ('file', '/var/log/%s/%s.log' % (m.noun(), m.noun())), ('lines', m.num())])


@kind('sixth saml again')
def _(m):
    x = '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_%s" Version="2.0" IssueInstant="%s" Destination="http://localhost:8080/saml/acs"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://%s/idp</saml:Issuer><saml:Assertion><saml:AttributeStatement><saml:Attribute Name="memberOf"><saml:AttributeValue>CN=%s,OU=R&amp;D (x),DC=corp</saml:AttributeValue></saml:Attribute><saml:Attribute Name="sn"><saml:AttributeValue>%s</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion></samlp:Response>' % (m.hex(32), m.iso(), m.host(), m.noun(), m.name())
    return m.form('/saml/acs', [('SAMLResponse', base64.b64encode(x.encode()).decode()), ('RelayState', m.pick('ss:mem:%s' % m.hex(40), m.url(), '/%s?next=%%2F' % m.noun()))])


editor('magento checkout totals', '/rest/default/V1/guest-carts/«hex»/estimate-shipping-methods', lambda m: {'address': {'street': [m.street(), 'Apt #%d' % m.num()], 'region': m.city(), 'country_id': 'FR', 'firstname': m.name(), 'lastname': "D'Arcy", 'extension_attributes': {'gift': m.sentence()}}})
editor('livewire and filament', '/livewire/update', lambda m: {'_token': m.alnum(40), 'components': [{'snapshot': json.dumps({'data': {m.var(): [{m.noun(): m.sentence()}, {'s': 'arr'}]}, 'memo': {'id': m.alnum(20), 'path': 'admin/' + m.noun()}, 'checksum': m.hex(64)}), 'updates': {'data.' + m.var(): m.sentence()}, 'calls': [{'path': '', 'method': 'callMountedAction', 'params': [{'a': m.num()}]}]}]})
