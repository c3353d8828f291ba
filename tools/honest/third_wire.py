"""How the third wave puts requests on the wire, and the names that its people and places have."""
import urllib.parse

AGENTS = ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
        'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15',
        'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0']
FIRST = '''Aoife Jürgen Zoë Renée Małgorzata Søren İbrahim Nguyễn Ольга Chloé Siobhán Jean-Luc Ta'Quan Björk Βασίλης 美咲 محمد Anneke'''.split()
LAST = '''O'Brien|D'Arcy|O’Shea|Dell'Acqua|N'Diaye|van 't Hoff|'t Hart|L'Écuyer|Müller-Lüdenscheidt|Gómez & Söhne|Smith, Jr.|Ng|Øster|Šimečková|
M'Bappé|de la Cruz|Null|True|Drop|Union|Or|And|Script'''.replace('\n', '').split('|')
CITIES = '''L'Aquila|Côte-d'Or|Val-d'Isère|Coeur d'Alene|Martha's Vineyard|King's Lynn|St. John’s|Frankfurt (Oder)|Halle/Saale|Rothenburg o.d.T.|
’s-Hertogenbosch|Villeneuve-d'Ascq|Hawai'i|Brighton & Hove'''.replace('\n', '').split('|')
STREETS = '''12 Rue de l'Église|Flat 3/1, 44 St Vincent St|1/F, 23-25 Queen's Road|Am Bahnhof 7 (Hinterhaus)|c/o Tür & Tor GmbH, Weg 5-7|P.O. Box #42|
Unit #05-12; Level 3|ul. Św. Marcin 1/3 m. 5|Piazza dell'Anfiteatro, 8|221B Baker St. -- rear entrance'''.replace('\n', '').split('|')
WORDS = '''the quick order from our table and select a new drop in time before union meeting where having group set insert cast like exec sleep delay
update delete script alert window document image source system file path user admin root test value between case when then end null or not'''.split()


def words(m, n):
    return ' '.join(m.word(WORDS) for _ in range(n))


def query(pairs):
    return urllib.parse.urlencode(pairs)


def params(**fields):
    return urllib.parse.urlencode(fields)


def http(m, method, path, headers=(), body=b'', ua=None, browser=True):
    """Headers as lines; the others are those of a browser, or of the program `ua`."""
    h = [('User-Agent', ua or m.word(AGENTS)), ('Accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' if browser else '*/*')]
    if browser:
        h += [('Accept-Language', m.pick('de-DE,de;q=0.9,en;q=0.7', 'en-GB,en;q=0.9', 'pl,en;q=0.6')), ('Accept-Encoding', 'gzip, deflate, br')]
    return m.send(method, path, h + [tuple(line.split(': ', 1)) for line in headers], body)


def get(m, path, headers=(), **more):
    return http(m, 'GET', path, headers, **more)


def form(m, path, pairs, headers=(), **more):
    return http(m, 'POST', path, ['Content-Type: application/x-www-form-urlencoded', *headers], urllib.parse.urlencode(pairs), **more)


def js(m, path, value, headers=(), method='POST', ct='application/json', browser=False, **more):
    return http(m, method, path, ['Content-Type: ' + ct, *headers], m.dumps(value), browser=browser, **more)


def multi(m, path, parts, headers=()):
    """parts: (name, value) or (name, content, file name, type)"""
    return m.multipart(path, [p if len(p) == 2 else (p[0], p[2], p[3], p[1]) for p in parts], [('User-Agent', m.word(AGENTS)), ('Accept', '*/*')]
            + [tuple(line.split(': ', 1)) for line in headers])
