"""What honest requests are made of: ids, names, numbers, times and texts that people write. All our own, all from one seed."""
import base64, json, random, string, time, urllib.parse, uuid

NOUNS = '''account album answer apartment apple archive article bag balance bank basket battery beach bicycle bill blanket board
boat book bottle bracket bridge budget building cable cake camera candle carpet case cat chair channel charger cheese church class
clock cloud coat coffee collar concert contract cookie corner cupboard curtain customer cycle date daughter deal desk dinner dish doctor
document dog door drawer dress driver drum egg engine envelope evening event factory family fence field film filter finger flight floor flower
folder fork forum frame fridge function garden gate glass glove group guest guitar hammer harbour hat heater hook horse hospital hotel house
invoice island jacket job jug kettle key keyboard kitchen ladder lamp laptop lawn letter library light lock lunch machine mail market mattress
meeting memory menu milk mirror model monitor mountain museum needle neighbour network notebook number office onion orange oven
package page paint painting paper parcel park passport pencil people phone photo piano picture pillow plant plate pocket police pool
price printer project pump purse puzzle queue radio rain receipt recipe record ring river road roof room rope route router salad sample saw
school science screen screw sea season seat server shampoo shelf ship shirt shoe shop sink skirt soap sofa song soup spoon staff stage stairs
station stove street student summer table tap teacher team tent test theatre ticket tile tool tower toy train tray tree truck trumpet
umbrella union university valley van vase video village violin visit wall watch water week wheel window winter wood year zone'''.split()
VERBS = '''add allow ask bring build buy call carry change check choose clean close collect compare cook copy count create cut deliver
design drive drop echo explain find finish fix follow forget get give grant help insert join keep kill leave lend like list load look make
measure meet merge mount move need open order paint pay pick play print pull push put read receive remove rent repair replace run save search
select sell send share show sleep sort split start stop store switch teach test touch try turn update use visit wait walk want wash watch
write'''.split()
ADJECTIVES = '''able black blue bright broken brown cheap clean cold comfortable common cool dark deep dirty double dry early easy empty
expensive fast final fine flat free fresh friendly full good great green grey happy heavy high hot huge last late left light local long loud low
modern narrow new nice old open orange original perfect plain poor popular private public quick quiet rare red right round safe same sharp
short silver simple single slow small smart soft sour special spare strong sweet tall thick thin true unique used useful warm white whole
wide wild wooden wrong yellow young'''.split()
FIRST = '''Anna Ben Carla Dmitri Elena Farid Grace Hugo Ines Jonas Keiko Liam Marta Niels Olga Pavel Quentin Rosa Samir Tara Uwe Vera
Wanda Xavier Yara Zeynep José Zoë Björn Chloé Łukasz Nguyễn Siobhán Jean-Luc Mary-Jane Αλέξανδρος Наталья 美咲 伟 지훈 فاطمة'''.split()
LAST = '''Adams Becker Carter Dubois Eriksson Fischer García Hughes Ivanov Jensen Kowalska Lopes Meyer Novák Okafor Petit Quinn Rossi Sato
Tanaka Urban Vargas Wójcik Xu Yamada Zimmermann O'Brien O'Neill D'Arcy D'Angelo L'Hermite N'Diaye O'Connell McGrath Þórsson Öztürk van_der_Berg
Müller-Lüdenscheidt Papadopoulos Кузнецова 山田 王 김'''.replace('_', ' ').split()
CITIES = '''Amsterdam Berlin Chicago Dublin Edinburgh Florence Geneva Helsinki Istanbul Jakarta Kyoto Lisbon Montréal Nairobi Osaka Prague
Québec Reykjavík Seville Tallinn Utrecht Vienna Warsaw Xiamen York Zürich Kraków São_Paulo Saint-Denis Côte-d'Or L'Aquila 東京 Москва'''.replace('_', ' ').split()
STREETS = '''Oak Street|Hauptstraße|Rue de l'Église|Via dell'Orso|Main St. #|St. John's Road|Calle Mayor|Avenue d'Italie|Martin-Luther-Str.|King & Queen
Lane|P.O. Box|Piazza d'Armi|ul. Świętokrzyska|O'Connell St|Place de l'Union|Union Square West|Table Mountain Drive|Case postale'''.replace('\n', ' ').split('|')
COMPANIES = '''Acorn & Sons|Blue Harbour Ltd.|Châtelain S.A.|Delta/Works|E. O'Hara, Inc.|Fjord GmbH & Co. KG|Gate 7 (Pty) Ltd|H&P Optics|Ideal+ Media|
J.R. "Buck" Hanson Farms|Kite; the bookshop|L'Atelier|M*Star|North | South Cargo|Order of Words'''.replace('\n', '').split('|')
LANGUAGES = 'en-US en-GB de-DE fr-FR es-ES it pt-BR nl pl ru-RU uk tr ja zh-CN zh-TW ko ar he hi sv da fi cs el th vi id'.split()
TLDS = 'com com org net de fr io co.uk com.br ru jp it es nl info dev app shop example'.split()
FOREIGN = '''Der Zug fährt heute leider erst um 18:45 Uhr ab; bitte warten Sie auf Gleis 3.|Könnten Sie mir sagen, wo's zur Bibliothek geht?|
L'été dernier, j'ai visité l'île d'Oléron — c'était magnifique !|Qu'est-ce que c'est ? Je n'ai pas d'idée, peut-être l'outil d'Anne.|
¿Dónde está la estación? ¡No lo sé, pero mañana te lo digo!|L'acqua dell'isola è limpida, e c'è un po' d'ombra sotto gli alberi.|
Não há informações disponíveis; tente novamente às 15h.|Het is 's avonds te koud; zo'n jas heb ik niet.|Wczoraj kupiłem żółty rower za 1 200 zł.|
Привет! Как дела? Завтра встреча в 10:00, не опаздывай.|Заказ № 4512 оплачен, доставка — бесплатно (от 2000 ₽).|Дякую, все працює як слід!|
明日の会議は午前10時からです。資料を忘れないでください。|この商品はとても良かったです(^_^)/ また買います♪|请问这件衣服有没有大一号的?我想换一下。|
快递已经送到了,谢谢卖家!五星好评👍👍|내일 날씨가 어때요? 비가 온다고 하던데요.|مرحبا، أريد أن أسأل عن سعر هذا المنتج؟|שלום, מתי החנות נפתחת מחר?|
नमस्ते, क्या यह किताब हिंदी में उपलब्ध है?|Yarın saat 9'da İstanbul'da buluşalım mı?|Ελλάδα: τιμή 12,50 € (με Φ.Π.Α.)|Xin chào, tôi muốn đặt bàn cho 4 người.|
ขอบคุณมากค่ะ สินค้าดีมาก|Ég kem á morgun kl. 8; er það í lagi?|Kas homme on bussid liikvel?'''.replace('\n', '').split('|')
EMOJI = '😀 😂 ❤️ 👍🏽 🎉 🙈 🏳️‍🌈 ☕ 🚀 👨‍👩‍👧 ✅ ⚠️ 🇫🇷 (╯°□°)╯ ¯\\_(ツ)_/¯ <3 :-) ;) :D ^_^ --> <-- => ** !!! ?? -.- :\'( >:( o/ \\o/'.split()
# People say what programs say: each of these is an honest sentence.
SENTENCES = '''Please select one or more {n}s from the list and {v} the {n}.|I'd like to {v} the {n} and 1 or 2 {n}s, if that's OK.|Union workers
{v} a {n} where the {n} is {a}.|Drop the {n} at the {n}; we'll {v} it later.|Can you update the {n} and set it to {a}?|My cat sat on the {n} & the
dog ate {num} {n}s.|Insert the {n} into the {a} {n}, then {v} (not too {a}!).|The order by {name} was {a}: {num} {n}s, {num} {n}s -- all {a}.|It's
{num} o'clock; who's going to {v} the {n}?|Having {v}ed the {n}, group by {a} or {a}.|I can't find a more {a} {n} than this one.|{name} said: "Let's
{v} the {n}", didn't she?|If price < {num} and weight > {num}, then {v} it.|R&D, Q&A, AT&T, {n} & {n}: which one is {a}?|{n}/{n} 50/50, and/or
{a}...|The {a} {n} (see page {num}) isn't {a} = {a}.|10 - 20 -- good {n}; 30% off!|{name}'s {n} and {name}'s {n} are {a}.|Delete from my cart
all {n}s that are {a}.|Create table reservations for {num} people at {num}:00.|"The {n}" by {name}; {num} pages, {a} cover.|Sleep (8 hours) and {v}
a {n}.|Use {n}|{n}|{n} or {n}... whatever.|Is 1=1 a {n}? Ha-ha.|Where can I {v} the {a} {n}? From what I see, none is left.|Truncate the {n}s; they're
too long.|Exec summary: {a} {n}, {a} {n}, no {n}.|Let x be the {n}: x^2 + {num} = {num}, so x = ±{num}.|My pin is not 1234, it's ****.|Echo & the
Bunnymen; Salt 'n' Pepa; Guns N' Roses.|like 'em or not, they {v}.|Ping me when the {n} is {a}, or mail {mail}.|The script of the film was {a};
the style -- {a}.|As of {date}, {num} of {num} {n}s (≈ {num} %) had been {v}ed.|Kill the lights, grep the opportunity, touch base & head home.|{num}"
x {num}" {n}, {a}|#{n} #{n} @{n} {emoji}|- {n}
- {n}
- {a} {n}|> {name} wrote:
> {v} the {n}
OK.|Tel.: +{num} ({num}) {num}-{num}; fax: -{num}|P.S.: {v} it!|Call me (maybe); system of a down; process of elimination.|what if (just if) {n}s
{v}?|'{n}' and '{n}' are both {a}.|"{n}" or "{n}"?|{a}-{a}, {n}-to-{n}|<{mail}>|Try to open "C:\\Users\\{name}\\{n}.docx" or /home/{n}/{n}.txt|See
http://www.{n}.example/{n}?id={num}&x={n} for {a} {n}s.|Table 4: min, max, count, sum(a), avg(b) by {n}|"Fish & chips" (;-)) or 'soup'; salad +
bread = €{num}|like, it's {a}; as in, not {a} at all|{n} v{num}.{num}.{num} (build {num}) doesn't start: error 0x8007000{num}|${num},{num}.00 or
£{num}? {num}€!|{foreign}|{foreign}|{emoji} {foreign} {emoji}|to be {emoji} or not to be|and {n} or {n}|1st {n}, 2nd {n}, 3rd {n}|{name} <{mail}>'''
SENTENCES = SENTENCES.replace('\n', ' ').replace(' - {n} - {a} {n}', '\n- {n}\n- {a} {n}').replace('Use {n}|{n}|{n}', 'Use {n}¦{n}').split('|')


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.now = 1764150000 + self.r.randrange(10 ** 7)

    # ---- chance ----

    def pick(self, *xs):
        return self.r.choice(xs)

    def word(self, words):
        return self.r.choice(words)

    def maybe(self, text, chance=0.5):
        return text if self.r.random() < chance else ''

    def chance(self, p):
        return self.r.random() < p

    def num(self, low=0, high=999):
        return self.r.randint(low, high)

    def some(self, make, low=1, high=4):
        return [make() for _ in range(self.r.randint(low, high))]

    def real(self, low=0.0, high=100.0, digits=2):
        return round(self.r.uniform(low, high), digits)

    # ---- ids ----

    def hex(self, n):
        return ''.join(self.r.choices('0123456789abcdef', k=n))

    def alnum(self, n):
        return ''.join(self.r.choices(string.ascii_letters + string.digits, k=n))

    def bytes(self, n):
        return self.r.randbytes(n)

    def b64(self, n):
        return base64.b64encode(self.bytes(n)).decode()

    def b64url(self, n):
        return base64.urlsafe_b64encode(self.bytes(n)).decode().rstrip('=')

    def uuid(self):
        return str(uuid.UUID(bytes=self.bytes(16), version=4))

    def ulid(self):
        return '01' + ''.join(self.r.choices('0123456789ABCDEFGHJKMNPQRSTVWXYZ', k=24))

    def jwt(self, claims=None):
        def part(x):
            return base64.urlsafe_b64encode(json.dumps(x, separators=(',', ':')).encode()).decode().rstrip('=')
        claims = claims or {'sub': self.uuid(), 'iat': self.now, 'exp': self.now + 3600, 'iss': 'https://' + self.host(), 'aud': self.ident(),
                            'name': self.name(), 'scope': 'openid profile ' + self.ident()}
        return '.'.join((part({'alg': self.pick('RS256', 'HS256', 'ES256'), 'typ': 'JWT', 'kid': self.hex(8)}), part(claims),
                self.b64url(self.pick(32, 64, 256))))

    # ---- words ----

    def noun(self):
        return self.r.choice(NOUNS)

    def adj(self):
        return self.r.choice(ADJECTIVES)

    def verb(self):
        return self.r.choice(VERBS)

    def phrase(self):
        return self.pick('%s %s', '%s %s', 'the %s %s', '%s-%s') % (self.adj(), self.noun())

    def ident(self):
        a = [self.noun(), self.pick(self.verb(), self.adj(), self.noun(), str(self.num()))]
        return self.pick('_'.join(a), '-'.join(a), a[0] + a[1].title(), a[0])

    def var(self):
        return self.ident().replace('-', '_')

    def slug(self):
        return '-'.join(self.r.choice((NOUNS, ADJECTIVES, VERBS))[self.num(0, 40)] for _ in range(self.num(2, 7)))

    def name(self):
        return '%s %s' % (self.r.choice(FIRST), self.r.choice(LAST))

    def mail(self):
        return '%s.%s%s@%s' % (self.noun(), self.adj(), self.maybe('+%s' % self.noun(), 0.2), self.host())

    def host(self):
        return self.maybe(self.pick('www.', 'api.', 'cdn.', 'm.', 'shop.', 'static-%d.' % self.num(1, 9)),
                0.6) + self.slug()[:24].strip('-') + '.' + self.r.choice(TLDS)

    def ip(self):
        return '%d.%d.%d.%d' % (self.pick(203, 198, 192), self.pick(0, 51, 113), self.num(0, 255), self.num(1, 254))

    def phone(self):
        return self.pick('+%d %d %d-%d' % (self.num(1, 99), self.num(100, 999), self.num(100, 999), self.num(1000, 9999)), '(%d) %d-%d'
                % (self.num(100, 999), self.num(100, 999), self.num(1000, 9999)), '0%d/%d' % (self.num(100, 999), self.num(10000, 9999999)))

    def street(self):
        return self.pick('%s %d' % (self.r.choice(STREETS), self.num(1, 300)), '%d %s, Apt #%d%s' % (self.num(1, 9999), self.r.choice(STREETS),
                self.num(1, 40), self.maybe('B')))

    def city(self):
        return self.r.choice(CITIES)

    def company(self):
        return self.r.choice(COMPANIES)

    def lang(self):
        return self.r.choice(LANGUAGES)

    def iso(self, back=10 ** 6):
        t = time.gmtime(self.now - self.num(0, back))
        return time.strftime(self.pick('%Y-%m-%dT%H:%M:%SZ', '%Y-%m-%dT%H:%M:%S.' + '%03dZ' % self.num(), '%Y-%m-%dT%H:%M:%S+02:00'), t)

    def date(self):
        return time.strftime('%Y-%m-%d', time.gmtime(self.now - self.num(0, 10 ** 7)))

    def epoch(self):
        return self.now * 1000 + self.num()

    def sentence(self):
        s = self.r.choice(SENTENCES)
        for slot, make in (('n', self.noun), ('v', self.verb), ('a', self.adj), ('num', lambda: str(self.num(1, 999))), ('name', self.name), ('mail',
                self.mail), ('date', self.date), ('emoji', lambda: self.r.choice(EMOJI)), ('foreign', lambda: self.r.choice(FOREIGN))):
            while '{%s}' % slot in s:
                s = s.replace('{%s}' % slot, make(), 1)
        return s.replace('¦', '|')

    def prose(self, low=1, high=5):
        return self.pick(' ', ' ', '\n', '\n\n').join(self.some(self.sentence, low, high))

    def title(self):
        return self.pick(self.phrase().title(), self.sentence()[:60], '%s %s' % (self.verb().title(), self.phrase()), '%s: %s' % (self.noun().title(),
                self.phrase()))

    def search(self):
        return self.pick(self.phrase(), '%s %s' % (self.noun(), self.noun()), '"%s" -%s' % (self.phrase(), self.noun()), 'site:%s %s' % (self.host(),
                self.noun()), '%s OR %s' % (self.noun(), self.noun()), '%s AND (%s OR %s)' % (self.noun(), self.noun(), self.noun()), 'how to %s %s'
                % (self.verb(), self.phrase()), '%s & %s' % (self.noun(), self.noun()), "%s's %s" % (self.noun(), self.noun()), '%s vs. %s'
                % (self.noun(), self.noun()), self.name(), '%s %s %s' % (self.city(), self.noun(), self.num()), '%d*%d' % (self.num(), self.num()),
                '%d%% of %d' % (self.num(1, 99), self.num()), self.r.choice(FOREIGN)[:24], '%s "%d inch"' % (self.noun(), self.num(1, 40)), 'c++ %s'
                % self.noun(), 'what is %s?' % self.noun(), '%s, %s; %s' % (self.noun(), self.noun(), self.noun()), 'define:%s' % self.noun(),
                "%s 'n' %s" % (self.noun(), self.noun()))

    # ---- addresses ----

    def path(self, depth=3):
        return '/' + '/'.join(self.some(self.ident, 0, depth) + [self.pick(self.slug(), self.slug() + '.html', self.ident() + '.php', str(self.num(1,
                99999)), self.ident())])

    def query(self):
        return self.pairs([(self.var(), self.pick(str(self.num()), self.ident(), self.hex(8), self.search(), '')) for _ in range(self.num(1, 4))])

    def url(self):
        return 'https://' + self.host() + self.path() + self.maybe('?' + self.query(), 0.4) + self.maybe('#' + self.noun(), 0.1)

    def pairs(self, pairs):
        return urllib.parse.urlencode(pairs, quote_via=self.pick(urllib.parse.quote, urllib.parse.quote_plus))

    def enc(self, text):
        return urllib.parse.quote(text, safe='')

    def dumps(self, value):
        return json.dumps(value, separators=self.pick((',', ':'), (', ', ': ')), ensure_ascii=self.chance(0.5))
