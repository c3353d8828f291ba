// What people of many trades write: mails, tickets, posts, chats, messages. Whole, with their own punctuation and habits.
// None of it attacks anything.
const raw = String.raw

// [title, paragraphs as plain text]; blank lines part the paragraphs.
export const letters = [
  ['Re: Re: Kündigung Mietvertrag Hauptstr. 12 (2. OG links) – Az. 14 C 233/26', `Sehr geehrte Frau Dr. O'Brien-Müller,

wir beziehen uns auf Ihr Schreiben vom 12.11.2026 ("Kündigung nach § 543 Abs. 2 S. 1 Nr. 3 lit. a) BGB") und weisen die Kündigung namens u. in Vollmacht unserer Mandantin zurück; eine Vollmacht liegt im Original bei (Anlage K 1).

1.) Der Rückstand von 1.240,50 € (= 2 x 620,25 €) wurde am 09.11. – also vor Zugang! – vollständig ausgeglichen; vgl. Kontoauszug, Bl. 3 d.A.
2.) "Unpünktliche Zahlung" i.S.d. § 543 I BGB setzt eine Abmahnung voraus (BGH, Urt. v. 14.09.2011 – VIII ZR 301/10, NJW 2011, 3570). Die gab's nicht.
3.) Hilfsweise: § 569 Abs. 3 Nr. 2 BGB; 'Schonfristzahlung'.

Wir setzen Frist bis 30.11.2026 (Eingang bei uns), andernfalls Klage. Bitte wählen Sie aus: Rücknahme (a) oder Aufhebungsvertrag (b); alles andere entfällt.

Mit freundlichen kollegialen Grüßen
gez. RA'in Dr. D. Table
-- 
Table & Partner mbB | Union Str. 5 | 50667 Köln | Tel.: 0221/123-456 | Fax: -457
Diese E-Mail ist vertraulich; wenn Sie nicht der Adressat sind, löschen Sie sie: "delete" genügt.`],
  ['Discharge summary – Pt. M. O’Hara, DOB 03/02/1958, MRN 00-4711-8', `CC: SOB x 3d, "can't catch my breath". HPI: 68 y/o ♂, PMHx HTN, DM2 (A1c 7.9%), s/p CABG x3 '14; denies CP, N/V/D; +orthopnea (2-3 pillows), -fever.

Vitals on adm.: T 37.1°C, HR 104, BP 162/94, RR 24, SpO2 89% RA -> 95% on 2L NC. Exam: JVD +, bibasilar crackles R>L; 2+ pitting edema b/l LE; no m/r/g.
Labs: Na 134 | K 4.1 | Cr 1.4 (baseline 1.2) | BNP 1,840 (<100) | TnI <0.04 x2; WBC 8.2; INR 1.1
CXR: "cephalization; small b/l effusions; no PTX" -- Dr. Select (Rad.)

A/P: #1 ADHF, EF 35-40% (TTE 11/24) - furosemide 40mg IV BID -> 40mg PO daily; I/O net -3.2L; wt 92 -> 88.5kg
#2 AKI on CKD3: resolved; hold NSAIDs; avoid ACEi + ARB together (either/or!)
#3 DM2: metformin 1g BID; drop glipizide (hypo's at 3 AM: BG 52)
F/u: Cardiology in 7d; call if wt > +2kg/2d or SOB. Diet: Na < 2g; fluids <= 1.5 L/d. Pt & wife verbalised understanding; "I'll do my best".`],
  ['[#INC-20261126-0042] Printer on 3rd floor says "0x00000bbb" again!!', `Hi IT,

it's me again (sorry!). The big HP on floor 3 prints nothing; my laptop says: "Operation could not be completed (error 0x0000011b)" and Ann's says "Windows cannot connect to the printer. Access is denied.".

What I've tried so far:
 - off & on (twice)
 - \\\\PRINT01\\HP-3F-Color -> "The network path was not found"
 - ping print01: 4 packets sent, 4 lost; ipconfig /all shows 169.254.13.7?!
 - removed it and added it by IP (10.20.3.45) => driver "HP Universal Printing PCL 6 (v7.0.1)" can't be found
 - net stop spooler / net start spooler, as you told me in INC-20261103-0017; the folder C:\\Windows\\System32\\spool\\PRINTERS was empty

Could you please drop by before 2? I've got 40 contracts to print -- and no, "use the one on floor 2" isn't an option, it's been out of toner since Monday ;-)

Thx a lot, Zoë (ext. 4711)`],
  ['Offer letter & next steps', `Dear Mr. D'Arcy,

We're delighted to offer you the position of Select Committee Clerk (m/f/d) at Union & Sons, Ltd., starting 1 January 2027. Your gross salary will be £38,500 p.a. (i.e. £3,208.33/month); 25 days' holiday + 8 bank holidays; 37.5 h/week.

Please (1) sign both copies, (2) fill in form HR-7 ("Starter Checklist": statement A, B or C), and (3) upload a copy of your passport or birth certificate where asked -- at https://hr.example.co.uk/onboarding?ref=DA-0042&step=2#documents.

"Group by department" seating is on the attached plan; order your laptop from the list by 5 Dec. If you'd rather not have a Mac, tick 'other' and tell us why.

Should you have any questions, don't hesitate to call me at +44 (0)20 7946 0991 or drop me a line.

Yours sincerely,
Alter Eco-Smith, HR`],
  ['Elternbrief Nr. 7: Wandertag, Läuse & Sonstiges :-)', `Liebe Eltern der 3b,

am Mo., 30.11., geht's in den Zoo (Treffpunkt 7:45 Uhr – bitte pünktlich, der Bus wartet nicht!). Kosten: 8,50 € + 2 € Fahrt = 10,50 €; bitte passend & im Umschlag ("Zoo – Name des Kindes").

Bitte ankreuzen:
[ ] Mein Kind darf mit   [x] ... isst vegetarisch   [ ] ... ist allergisch gegen: ______
( ) Ich kann begleiten / ( ) kann nicht

Läuse: leider wieder 2 Fälle. Infos: https://www.infektionsschutz.de/erregersteckbriefe/kopflaeuse/ – nein, Hausmittel à la „Essig & Öl“ helfen nicht.

Und: Der Adventsbasar braucht noch Kuchen (max. 1 pro Familie; ohne Sahne, ohne Nüsse > siehe Liste). Wer's noch nicht getan hat: Telefonliste updaten!

Herzliche Grüße
Fr. Schäfer-O'Neill`],
  ['Your order #10-2234-99 / missing item', `Hello,

I ordered 3 items on Nov 20 (order #10-2234-99: "Tea set 'Mary', 6 pcs", "Mug <3 Mum" and "Sticker; vinyl, 10x10cm") but the mug's missing!! The packing slip says "2/3 - 1 backordered" and the tracking (1Z999AA10123456784) says delivered -- so where is it?

Also you charged me twice: $54.97 + $54.97 on my Visa ending in 4242. Union Credit says it's "pending", not "declined"; please select ONE and refund the other.

If I don't hear back by Friday I'll have to dispute it. I don't want to, I've been a customer since '09!

PS: your website says "Error: Undefined index: qty in /home/shop/public_html/cart.php on line 88" when I change the quantity to 0. Might want to look at that...

Regards, Mary-Ann O. (St. John's, NL)`],
  ['Protokoll WEG-Versammlung v. 17.11. (Entwurf!)', `TOP 1: Begrüßung; Beschlussfähigkeit festgestellt (7.840/10.000 MEA)
TOP 2: Jahresabrechnung 2025: Heizkosten 14.233,08 € (+12 %), Wasser 3.991,40 € (-4 %); Umlage n. MEA bzw. Verbrauch. Abstimmung: 9 ja / 1 nein / 2 Enth. => angenommen
TOP 3: Dach. Angebote: Fa. O'Dach 48.900 €, Fa. "Select-Bau" 51.200 € inkl. Gerüst; Fa. Müller & Söhne n.n. Beschluss: O'Dach, falls Gewährleistung >= 5 J.; sonst Select-Bau
TOP 4: Hunde: "an die Leine, oder ich rufe '110'!" (Hr. Table). Keine Abstimmung; Antrag fallen gelassen
TOP 5: Verschiedenes: Fahrradkeller aufräumen -- bis 15.12., danach wird entsorgt; WLAN im Waschkeller: ja|nein? -> nächstes Mal`],
  ['Grant application, 2nd revision: reviewer #2', `R2.1: "The authors don't justify n=12; p<0.05 isn't evidence." -- We now report effect sizes (Cohen's d = 0.81, 95% CI [0.22, 1.39]) and a power analysis (1-β = .80, α = .05 -> n >= 24); see Methods, l. 211-234.
R2.2: "Fig. 3: axis labels too small; what's the unit of 'a.u.'?" -- Fixed; arbitrary units (normalised to t=0).
R2.3: "Select a better control or drop Exp. 4." -- Exp. 4 was dropped; Table S2 now lists group by group means +/- SD (n=8 or 9).
R2.4: "Code isn't available" -- It's at https://github.com/example/spike-sort (v1.2; MIT), data at doi:10.5281/zenodo.123456; run \`python3 analyse.py --input data/*.csv --out results/\`.
R2.5: "where x = 0 the function's undefined" -- true; f(x) = sin(x)/x for x != 0, and f(0) = 1 (limit).`],
  ['Wochenplan Küche KW 48', `Mo: Linsensuppe (v) oder Bratwurst; Di: Spätzle m. Käse -- "wie bei Oma"; Mi: Fisch (MSC), Kart., Gurkensalat; Do: Pizza: Select'n'Mix; Fr: Reste ;)
Allergene: a) Gluten a1 Weizen; c) Ei; d) Fisch; g) Milch; i) Sellerie; l) Sulfit >10mg/kg
Bestellung: 25 kg Kart. (fk.), 3x10l Öl, 12 Kopf Salat, 4 kg Zwiebeln | Metro/Order-Nr. 4711-0815
Temp.-Kontrolle TK: -19/-20/-18,5 °C ok; Kühlhaus 1: +4; KH 2: +7 (!!) -> Techniker gerufen, Fa. O'Cool, kommt "zwischen 8 und 12"`],
  ['Police report – bicycle theft', `On 24/11/2026 between 18:15 and 21:40 hrs a black 'Gazelle' city bike (frame no. GZ1234567, value approx. €850) was taken from the rack outside Union Sq. station, exit 2 or 3. Lock: "Abus Granit X-Plus 540"; cut through (angle grinder?). CCTV: camera 7 -- request footage before it's deleted (72h!).
Witness: Ms. A. O'Neill, 31, "saw two lads, one w/ a red cap; they'd a white van -- reg. ends in ...XY7 or XV7". She didn't call because 'it looked normal'.
Insurance: policy 77/1234-A; excess 10%, min. 50.`],
  ['Sermon notes, 1st Advent', `Text: Mt 21:1-11 (// Mk 11:1-10; Lk 19:28-40; Jn 12:12-19); cf. Zech 9:9 "Lo, your king comes to you; triumphant and victorious is he, humble and riding on a donkey"
I. He comes -- not "he came", not "he'll come"; v. 5. II. Humble: donkey vs. war-horse (1 Kgs 1:33!). III. 'Hosanna' = "save, please" (Ps 118:25f.) --> who's shouting "crucify" on Friday? Us.
Illustration: Grandma's key under the mat; "you'd only to knock". Hymns: 1; 13; 11,1-3+10. Intercessions: for O'Briens (†), peace, the sick; union of churches.`],
  ['Haiku & Aphorismen (für die Lesung)', `der alte Teich / ein Frosch springt hinein – / 'plopp'!

"Wer A sagt, der muß nicht B sagen. Er kann auch erkennen, daß A falsch war." (B. B.)

if winter comes,
	can spring be far behind?
		-- P. B. Shelley

Es ist, wie's ist; und's wird, wie's wird; 1 + 1 = 2, oder 3, oder mehr...`],
  ['Real estate exposé: 3-bed terrace, Drop Lane', `O.I.E.O. £325,000 | 3 bed | 2 bath | 1,120 sq ft (104 m²) | EPC: D/B | Council tax: C
A well-presented 1930's semi; 5 min. walk to Union St. station (Zone 3). Hall, lounge 14'6" x 12'1" (4.42m x 3.68m) w/ bay window; kitchen/diner 18'3" max x 9'10"; bed 1: 12'4" x 11'9"; bed 2: 11' x 10'8"; "box room" 7' x 6'6". Garden approx. 60' SW-facing; off-street parking for 1-2 cars; no onward chain!
Viewings strictly by appointment: Sat 10-12 or Mon-Fri after 5; don't disturb the tenants. Offers "subject to contract"; AML checks £36 inc. VAT per buyer.`],
  ['Flight LX 1052, 26 NOV: claim EU261', `Booking ref. X7Y8Z9; pax: O'HARA/EDWARD MR + TABLE/DORA MRS; ZRH-DUS STD 17:05 / STA 18:20; actual arrival 22:04 (= 3h44 late). The app said "delayed: operational reasons"; the gate agent said 'crew rotation' -- neither's an extraordinary circumstance (CJEU C-549/07, Wallentin-Hermann; C-501/17).
We therefore claim 2 x EUR 250 = EUR 500 under Art. 7(1)(a), plus receipts: 2x taxi (EUR 41.80 & 38.20), dinner CHF 56.-. IBAN: DE02 1203 0000 0000 2020 51, BIC BYLADEM1001.
If you select vouchers instead, we'd decline; please don't "update terms & conditions" on us again.`],
]

// Short things of messengers and boards.
export const chats = [
  'brb, meeting til 3 :/', "omg it's not 5 > 4?? lol", 'k', 'kk thx <3 <3', 'u there? or should i call; whatever', '/remind me "order by 5" tmrw', '/giphy drop the mic', '@here who broke prod?! -- not me',
  'lgtm 👍 ship it', "can't repro :( works on my machine™", '+1', '¯\\_(ツ)_/¯', '(╯°□°)╯︵ ┻━┻', '>_<', '^^ this', '>> sudo make me a sandwich', 'SELECT * FROM lunch WHERE price < 10 🍕', "DROP TABLE jokes; -- sorry, couldn't resist 😅",
  'is it `git pull --rebase` or `git rebase origin/main`?', 'ping 10.0.0.5 works, but `ssh -p 2222 ed@10.0.0.5` says "Connection refused"', 'who owns #ops-alerts? it fires every 5m: CPU > 90% && load > 8', 'see https://jira.example.com/browse/SHOP-123?focusedCommentId=4711#comment-4711',
  "I'd say: if (a) b; else c;", 'typo in line 12: "teh" -> "the"; s/teh/the/g', 'ETA 10min; traffic on A57/A46 :((', "what's the wifi pw? 'Gäste2026!' or 'gast;2026'?", "Tea or coffee? (a) tea (b) coffee (c) 'both'",
  'Pizza: 1x Margherita, 2x "Diavola" (extra hot!!), 1x w/o cheese => 38,50€', '1. d4 Nf6 2. c4 e6 3. Nc3 Bb4 {Nimzo} 4. e3 O-O 5. Bd3 d5 1/2-1/2', 'R: 12-3-4; "union" is 5 letters; 7 down: S_L_CT', 'Mom, I need $20 & ur car... pls? ;)', 'http://localhost:3000/admin?debug=true does not load, 502',
  'Kannst du mir den Link schicken? -> \\\\nas01\\projekte\\2026\\Angebote (final)\\v2', 'нет, не работает: «ошибка 500»; попробуй позже?', '在吗?今天3点开会,别忘了~', '了解です!(^_^)/ 15:00~でOK?', "Qu'est-ce qu'on mange ? -- j'sais pas... d'la soupe ?", '¿Quién se anima? ¡Yo, "obvio"! jajaja; 2x1', 'هل الاجتماع اليوم؟ نعم؛ الساعة ٣', 'Cześć! Czy ktoś ma klucz od "piwnicy"? -- Ł.',
  '**bold** _it_ ~~no~~ `code` ||spoiler|| > quote', ':wave: :tada: <@U024BE7LH> <#C024BE7LR|general> <!here> <https://example.com|link>', '[x] milk [ ] eggs [ ] bread', '50% off w/ code "TEA-4-2"', "he said 'or else'", 'and/or', "'tis but a scratch", '1=1, 2=2 ... obviously', 'a\'b"c`d;e', '-- \nEd',
]

// Comments of readers in many languages.
export const foreign = [
  'Très bon article ! J’ai juste une question : l’option « ORDER BY » est-elle obligatoire ? Merci d’avance – Élodie', "Aujourd'hui j'ai testé, c'est nickel ; l'erreur venait d'un point-virgule (;) oublié... d'où l'importance d'un bon éditeur !", "D'accord ou pas d'accord ? L'union fait la force, n'est-ce pas.",
  'Muy útil, ¡gracias! ¿Funciona también con «SELECT DISTINCT»? En mi caso no; sale: “Error 1064 (42000)”.', 'Grazie mille! Però c’è un errore: dov’è l’altra tabella? L’esempio dell’articolo non va; “l’utente non esiste”.', "Non funziona: dà errore all'avvio dell'applicazione (vedi riga 12); perché?", 'Ótimo texto! Só faltou explicar o “GROUP BY”; e d’água? :)',
  'Świetny wpis! Mam pytanie: czy „UNION ALL” jest szybsze niż „UNION”? U mnie 5 s -> 1,2 s; dzięki.', 'Спасибо! А что делать, если таблица пустая? У меня: "ORA-00942: table or view does not exist"; Oracle 19c.', 'とても分かりやすい記事でした!「SELECT * FROM users」は本番では使わない方がいいですよね?(笑)', '感谢分享!请问 WHERE 1=1 是什么意思?为什么要这样写?', '좋은 글 감사합니다^^ "ORDER BY"는 항상 필요한가요?; 궁금합니다~',
  'Çok güzel bir yazı; teşekkürler! Türkiye’de de kullanıyoruz – “İstanbul” küçük harfe çevrilince sorun çıkıyor (I/ı, İ/i).', 'Καλό άρθρο· ευχαριστώ! Τι γίνεται όμως με τα NULL; «= NULL» δεν δουλεύει.', 'מאמר מצוין! יש לי שאלה: מה ההבדל בין "JOIN" ל-"UNION"? תודה', 'شكراً جزيلاً؛ هل يمكن استخدام LEFT JOIN بدلاً من ذلك؟ (جدول "users")', 'Bài viết rất hay! Cho mình hỏi: "LIMIT 10 OFFSET 20" có chậm không? Cám ơn ;)', 'बहुत बढ़िया लेख! "HAVING" और "WHERE" में क्या अंतर है?',
  "Het werkt! 's Morgens ging 't nog niet; 'k had een foutje in m'n query. Groetjes, Jan-Willem v/d Berg", 'Jättebra! Men det står ”SELECT” två gånger i rad 3; ska det vara så? /Åsa', 'Kiitos! Minulla oli ongelma: "Ääkköset" eivät toimi – latin1 vs. utf8mb4; onko ratkaisua?', 'Köszi! Működik; csak az „őű” betűk hibásak: Å‘, Å± – miért?',
]

// What a support desk gets: logs, errors and commands in the middle of sentences.
export const tickets = [
  `Since the update our cron says: "mysqldump: Got error: 1045: Access denied for user 'backup'@'localhost' (using password: YES) when trying to connect". The password's in /root/.my.cnf and didn't change. I ran: mysql -u backup -p -e 'show grants;' -> works?!`,
  `Getting this in the browser console: Uncaught TypeError: Cannot read properties of null (reading 'addEventListener') at app.js?v=1.2:88:24 -- and "Refused to load the script 'https://cdn.example.com/x.js' because it violates the following Content Security Policy directive: script-src 'self'".`,
  `Nginx won't start after I've changed the config:\n\nnginx: [emerg] unexpected "}" in /etc/nginx/sites-enabled/shop:42\nnginx: configuration file /etc/nginx/nginx.conf test failed\n\nline 42 is:\n    location ~ \\.php$ { include snippets/fastcgi-php.conf; fastcgi_pass unix:/run/php/php8.2-fpm.sock }\n\nWhat's wrong with it?`,
  `Docker: "Error response from daemon: driver failed programming external connectivity on endpoint web (3f2a...): Bind for 0.0.0.0:80 failed: port is already allocated". lsof -i :80 shows nothing; docker ps -a neither. Help?`,
  `After "apt upgrade" I get: E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1234 (unattended-upgr). Is it safe to kill -9 1234? Or should I wait; it's been 2 h.`,
  `java.lang.NullPointerException: Cannot invoke "String.length()" because "<local1>" is null\n\tat com.example.shop.Cart.total(Cart.java:42)\n\tat com.example.shop.Main.main(Main.java:17)\nCaused by: java.sql.SQLSyntaxErrorException: ORA-00933: SQL command not properly ended`,
  `Traceback (most recent call last):\n  File "/srv/app/manage.py", line 22, in <module>\n    main()\n  File "/usr/lib/python3/dist-packages/django/db/utils.py", line 91, in __exit__\n    raise dj_exc_value.with_traceback(traceback) from exc_value\ndjango.db.utils.OperationalError: (1054, "Unknown column 'shop_order.note' in 'field list'")\n\nI did run "python manage.py migrate", it says "No migrations to apply."`,
  `Outlook: "Task 'ed@example.com - Sending' reported error (0x80042109): 'Outlook cannot connect to your outgoing (SMTP) e-mail server.'" -- port 587, STARTTLS, user = full address. It's the same on my phone; webmail's fine.`,
  `The customer's import fails on row 17: 17;"O'Neil & Sons";"Main St. 5; 2nd floor";=A1+B1;"<none>";NULL;2026-11-26T09:41:00Z -- is it the ; in quotes or the '='? We can't change the export (SAP: table KNA1, fields KUNNR, NAME1, STRAS).`,
  `Excel says "We found a problem with some content in 'Q3 & Q4.xlsx'". The formula was =IF(A2>0,VLOOKUP(A2,'Price list'!$A$1:$C$500,3,FALSE),"n/a")&" EUR" and before =SUMIFS(C:C;A:A;">=1.1.2026";B:B;"<>x").`,
  `GET /api/v2/orders?filter=status:open,total>100&sort=-created returns 400 {"error":"invalid_filter","detail":"unexpected '>' at position 18"}; docs say operators are =, !=, >, <, in(...), e.g. filter=total>100. So?`,
  `On Windows: 'npm' is not recognized as an internal or external command, operable program or batch file. PATH is C:\\Windows\\system32;C:\\Windows;C:\\Program Files\\nodejs\\ ; I've rebooted. echo %PATH% shows it, "where npm" doesn't.`,
  `My script does 'for f in *.jpg; do convert "$f" -resize 50% "small_$f"; done' and then stops with: convert-im6.q16: attempt to perform an operation not allowed by the security policy \`PDF' @ error/constitute.c/IsCoderAuthorized/421.`,
  `DNS: dig example.com MX +short gives "10 mail.example.com." but nslookup says *** Can't find example.com: No answer. TTL is 300; SPF: "v=spf1 mx a:mail.example.com include:_spf.google.com ~all"; is the ~ OK?`,
  `ssh: "Permissions 0644 for '/home/ed/.ssh/id_ed25519' are too open." I did chmod 777 before, I think?? How do I undo that: chmod 600 ~/.ssh/id_ed25519; chmod 700 ~/.ssh - correct?`,
  `Regex for our form: ^(?=.*[A-Z])(?=.*\\d)(?=.*[!"§$%&/()=?]).{8,}$ -- it refuses "Tea&Cake2026;" and I don't see why.`,
  `Error 500 on checkout. Log: [26-Nov-2026 09:41:00 UTC] PHP Warning:  Undefined array key "qty" in /var/www/shop/cart.php on line 88; PHP Fatal error:  Uncaught PDOException: SQLSTATE[42S22]: Column not found: 1054 Unknown column 'o.qty' in 'where clause'`,
  `Kubernetes: Warning  FailedScheduling  0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 Insufficient memory. kubectl get pods -n shop -o wide | grep -v Running shows web-7d9f8c-x2x1z Pending.`,
  `The search box: if I enter O'Brien I get "no results", if I enter O"Brien 500, with O\\'Brien it works?! And for "AT&T" it finds everything with AT.`,
  `Please whitelist our IPs 203.0.113.0/24, 198.51.100.7 & 2001:db8:1::/48 and open 443/tcp + 1194/udp; also *.cdn.example.net. Change window: Sat 22:00-02:00 CET; rollback: "restore from snapshot #42".`,
  `We get mails with subject =?UTF-8?Q?Re:_=C3=84nderung;_Ihr_Auftrag?= and attachments named winmail.dat. The sender's header: X-Mailer: Microsoft Outlook 16.0; Content-Type: application/ms-tnef; name="winmail.dat".`,
]

export const queries = [
  'how to order by two columns', "what's the difference between union and union all", '"table or view does not exist" oracle', 'delete duplicate rows keep one', "can't connect to mysql server on 'localhost' (111)", 'c# string.format("{0}", x)', 'php $_POST empty', 'chmod 777 bad?', 'javascript:void(0) what is it',
  'css a:hover > span', 'regex ^[a-z]+$', 'select2 placeholder', 'x > 5 and y < 3', 'tea & coffee', "l'été", "d'or ou d'argent", 'AT&T', 'C:\\Program Files (x86)', '../ vs ./', 'what does && do', '% of 200', '"not found" 404', "O'Brien vs. O'Neil (1998)", '#metoo', '@home', 'a|b', 'cup -blue', 'site:example.com tea', 'title:"sql" author:ed', 'date:>2026-01-01', 'price:10..20', 'SELECT statement', 'drop down menu', 'insert key', 'null pointer', '1/0', "where's waldo", 'like "abc%"', 'exec summary', 'script font', 'alert box', 'onclick handler', 'iframe embed youtube', 'img src alt', 'sleep 8 hours', 'cat food & dog food', 'id card', 'who is who', 'echo dot', 'ping pong', 'touch screen', 'wget alternative', 'curl hair',
]

// ---- the same as the editors of applications keep it ----

const esc = s => s.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
export const paragraphs = text => text.split('\n\n').map(x => `<p>${esc(x).replace(/\n/g, '<br>')}</p>`).join('\n')
export const blocks = text => text.split('\n\n').map(x => `<!-- wp:paragraph -->\n<p>${esc(x).replace(/\n/g, '<br>')}</p>\n<!-- /wp:paragraph -->`).join('\n\n')
// what Outlook and others make of it
export const mail = text => `<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><style>
<!--
p.MsoNormal, li.MsoNormal { margin:0cm; font-size:11.0pt; font-family:"Calibri",sans-serif; mso-fareast-language:EN-US; }
@page WordSection1 { size:612.0pt 792.0pt; margin:70.85pt 70.85pt 2.0cm 70.85pt; }
-->
</style></head><body lang="EN-GB" link="#0563C1" vlink="#954F72" style="word-wrap:break-word"><div class="WordSection1">${text.split('\n').map(x => `<p class="MsoNormal"><span lang="EN-US" style="font-size:10.0pt;font-family:&quot;Arial&quot;,sans-serif;color:#1F497D">${esc(x) || '<o:p>&nbsp;</o:p>'}</span></p>`).join('\n')}<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b><span style="font-size:11.0pt">From:</span></b> O'Neil, Ann &lt;ann.o'neil@example.org&gt; <br><b>Sent:</b> Thursday, 26 November 2026 09:41<br><b>To:</b> 'ed@mail.test'; "R&amp;D" &lt;rd@mail.test&gt;<br><b>Subject:</b> WG: AW: Angebot</p></div><table border="1" cellspacing="0" cellpadding="0" style="border-collapse:collapse;border:none;mso-yfti-tbllook:1184"><tr style="height:15.0pt"><td width="151" valign="top" style="width:113.2pt;border:solid windowtext 1.0pt;padding:0cm 5.4pt 0cm 5.4pt"><p>Pos. 1 (x2)</p></td><td nowrap align="right" bgcolor="#f2f2f2">9,50&nbsp;€</td></tr></table><img width="120" height="40" style="width:1.25in" src="cid:image001.png@01DA2F3C.5E6F7A80" alt="Logo; it's ours"></div></body></html>`
// while somebody types: what a draft holds after every few words, and what a box of searches asks for; another seed cuts
// them elsewhere
const seed = Number(process.env.APPS_SEED || 0)
export const drafts = text => Array.from({ length: Math.floor(text.length / 150) }, (_, i) => [...text].slice(0, (i + 1) * 150 - seed * 37 % 150).join(''))
export const typed = text => Array.from({ length: Math.max(0, Math.ceil((text.length - 2) / 3)) }, (_, i) => [...text].slice(0, 3 + 3 * i + seed % 3).join(''))

// The custom HTML block: maps, videos, forms of other services, a table somebody pasted.
export const htmlBlocks = [
  '<iframe src="https://www.google.com/maps/embed?pb=!1m18!1m12!1m3!1d2513.5!2d6.957!3d50.941!2m3!1f0!2f0!3f0!3m2!1i1024!2i768!4f13.1!3m3!1m2!1s0x47bf25!2sK%C3%B6ln!5e0!3m2!1sde!2sde!4v1764110000000" width="600" height="450" style="border:0;" allowfullscreen="" loading="lazy" referrerpolicy="no-referrer-when-downgrade"></iframe>',
  '<iframe title="It\'s tea time" src="https://player.vimeo.com/video/76979871?h=8272103f6e&amp;color=ff9933&amp;title=0" width="640" height="360" frameborder="0" allow="autoplay; fullscreen; picture-in-picture" allowfullscreen></iframe>\n<p><a href="https://vimeo.com/76979871">The New Vimeo Player</a> from <a href="https://vimeo.com/staff">Staff</a> on Vimeo.</p>',
  '<form action="https://example.us1.list-manage.com/subscribe/post?u=abc123&amp;id=def456" method="post" target="_blank" class="validate" novalidate><label for="mce-EMAIL">E-mail <span class="asterisk">*</span></label><input type="email" name="EMAIL" class="required email" id="mce-EMAIL" value=""><div style="position: absolute; left: -5000px;" aria-hidden="true"><input type="text" name="b_abc123_def456" tabindex="-1" value=""></div><input type="submit" value="Let\'s go" name="subscribe" class="button"></form>',
  '<details open><summary>FAQ: "Does it work?"</summary><dl><dt>Is it free?</dt><dd>Yes &ndash; &lt; 5 users; no credit card.</dd><dt>Who\'s behind it?</dt><dd>Us &amp; you.</dd></dl></details><style>.faq dt::before { content: "Q: "; } .faq dd > p { margin: 0 auto !important; }</style>',
  '<table class="has-fixed-layout"><caption>Prices 2026</caption><colgroup><col style="width:60%"><col></colgroup><thead><tr><th scope="col">Tea (100 g)</th><th>€</th></tr></thead><tbody><tr><td>Earl Grey, "strong"</td><td>4.90</td></tr><tr><td>Ed\'s choice &mdash; it\'s green</td><td>&gt; 5</td></tr></tbody></table>',
  '<figure><audio controls preload="none" src="/wp-content/uploads/2026/11/episode-42.mp3"></audio><figcaption>Ep. 42: "Or is it?" (38:12)</figcaption></figure><video width="640" poster="/p.jpg" controls muted playsinline><source src="/v.webm" type="video/webm"><track kind="captions" srclang="en" label="English" src="/v.vtt" default></video>',
  '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"><title>Tea</title><path d="M17 8h1a4 4 0 1 1 0 8h-1M3 8h14v9a4 4 0 0 1-4 4H7a4 4 0 0 1-4-4Z"/><line x1="6" x2="6" y1="2" y2="4"/></svg> It\'s an icon',
]

export const styleSheet = raw`/* Additional CSS; don't delete -- Ed, 2026 */
:root { --accent: #c00; --gap: clamp(1rem, 2vw + .5rem, 3rem); }
@media (max-width: 782px) and (orientation: portrait) { .wp-block-columns > .wp-block-column:nth-child(2n+1) { flex-basis: calc(50% - var(--gap) / 2) !important; } }
@supports (display: grid) and (not (display: inline-grid)) { .grid { grid-template-areas: "head head" "nav main"; } }
@font-face { font-family: "Tea Sans"; src: url("/wp-content/uploads/tea-sans.woff2") format("woff2"), url('/tea.woff') format('woff'); unicode-range: U+0025-00FF, u+4??; }
a[href^="http"]:not([href*="blog.test"])::after { content: " \2197"; } blockquote::before { content: open-quote; quotes: "\201C" "\201D" "\2018" "\2019"; }
.btn { background: #fff url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Cpath d='M0 0h8L4 8z'/%3E%3C/svg%3E") no-repeat right .75rem center / 8px; filter: progid:DXImageTransform.Microsoft.gradient(startColorstr='#80000000', endColorstr='#80000000'); }
@keyframes pulse { from { opacity: 1 } 50% { opacity: .4 } to { opacity: 1 } } .x { animation: pulse 2s cubic-bezier(.4, 0, .6, 1) infinite; }
.menu li:hover > ul, .menu li:focus-within > ul { display: block } /* the end; or is it? */`

// What WordPress exports, as it is imported elsewhere.
export const wxr = posts => `<?xml version="1.0" encoding="UTF-8" ?>
<!-- This is a WordPress eXtended RSS file generated by WordPress as an export of your site. -->
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wfw="http://wellformedweb.org/CommentAPI/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
	<title>Ed&#039;s Tea &amp; Code</title>
	<link>http://blog.test</link>
	<wp:wxr_version>1.2</wp:wxr_version>
	<wp:author><wp:author_id>1</wp:author_id><wp:author_login><![CDATA[editor]]></wp:author_login><wp:author_email><![CDATA[ed.ohara+blog@example.com]]></wp:author_email></wp:author>
${posts.map(([title, text], i) => `	<item>
		<title><![CDATA[${title}]]></title>
		<link>http://blog.test/?p=${i + 10}</link>
		<pubDate>Thu, 26 Nov 2026 09:41:00 +0000</pubDate>
		<dc:creator><![CDATA[editor]]></dc:creator>
		<content:encoded><![CDATA[${blocks(text)}]]></content:encoded>
		<wp:post_id>${i + 10}</wp:post_id>
		<category domain="category" nicename="sql-databases"><![CDATA[SQL & databases]]></category>
		<wp:postmeta><wp:meta_key><![CDATA[_edit_last]]></wp:meta_key><wp:meta_value><![CDATA[1]]></wp:meta_value></wp:postmeta>
		<wp:postmeta><wp:meta_key><![CDATA[_wp_attachment_metadata]]></wp:meta_key><wp:meta_value><![CDATA[a:2:{s:5:"width";i:640;s:6:"height";i:400;}]]></wp:meta_value></wp:postmeta>
	</item>`).join('\n')}
</channel>
</rss>
`

// JPEG with what cameras and photographers note in it.
export function withExif(jpeg, texts) {
  const entries = texts.map(([tag, text]) => [tag, Buffer.from(text + '\0')])
  const head = Buffer.from('II*\0\x08\0\0\0', 'latin1')
  const ifd = Buffer.alloc(2 + 12 * entries.length + 4)
  ifd.writeUInt16LE(entries.length, 0)
  let at = head.length + ifd.length
  entries.forEach(([tag, value], i) => {
    ifd.writeUInt16LE(tag, 2 + 12 * i); ifd.writeUInt16LE(2, 4 + 12 * i); ifd.writeUInt32LE(value.length, 6 + 12 * i); ifd.writeUInt32LE(at, 10 + 12 * i)
    at += value.length
  })
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), head, ifd, ...entries.map(e => e[1])])
  const segment = Buffer.alloc(4)
  segment.writeUInt16BE(0xffe1, 0); segment.writeUInt16BE(body.length + 2, 2)
  return Buffer.concat([jpeg.subarray(0, 2), segment, body, jpeg.subarray(2)])
}
export const exif = [[0x010e, "It's a cup; \"blue\" -- 50% <full> & more"], [0x010f, 'NIKON CORPORATION'], [0x0110, 'NIKON D750'], [0x0131, 'Adobe Photoshop 25.0 (Windows)'], [0x0132, '2026:11:26 09:41:00'], [0x013b, "Ed O'Hara"], [0x8298, '(c) 2026 Ed O\'Hara; all rights reserved']]

// A module of a wiki, in Lua.
export const luaModule = raw`-- Module:Citation; don't edit without a test in [[Module:Citation/testcases]]
local p = {}
local getArgs = require('Module:Arguments').getArgs
local lang = mw.language.getContentLanguage()

local months = { ['Jan'] = 1, ["Feb"] = 2 } -- 'short' names

--[[ Formats a date; returns nil, "error" when it's none ]]
local function formatDate(s)
	if not s or s == '' then
		return nil, 'no date'
	end
	local y, m, d = mw.ustring.match(s, '^(%d%d%d%d)-(%d%d)-(%d%d)$')
	if y and tonumber(m) <= 12 then
		return lang:formatDate('j F Y', y .. '-' .. m .. '-' .. d)
	end
	return nil, string.format('<span class="error">%s isn\'t a date</span>', mw.text.nowiki(s))
end

function p.main(frame)
	local args = getArgs(frame, { wrappers = 'Template:Citation' })
	local out = {}
	for i, name in ipairs{ 'author', 'title', 'work' } do
		if args[name] then out[#out + 1] = (name == 'title' and "''" .. args[name] .. "''") or args[name] end
	end
	local date, err = formatDate(args.date)
	table.insert(out, date or err)
	return table.concat(out, ', ') .. (args.url and ' [' .. args.url .. ' link]' or '') .. '.'
end

return p`

export const cards = raw`BEGIN:VCARD
VERSION:3.0
N:D'Arcy;Zoë;;Dr.;MdB
FN:Dr. Zoë D'Arcy\, MdB
ORG:Select & Union\; Partner mbB;Abt. "Recht"
TITLE:RA'in
EMAIL;TYPE=WORK:zoe.d'arcy+kanzlei@example.org
TEL;TYPE=WORK:+49-221-123456;ext=78
NOTE:Ruft nie vor 10 an\, außer freitags\; "oder so" -- s. Akte 14/233\n1=1. Wahl\, 2=2. Wahl
CATEGORIES:Kunden,R&D
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:李雷 (Lei "Ray" Li)
N:李;雷;;;
EMAIL:li@example.org
URL:https://example.org/~li/index.php?id=1&sort=name%20desc
ADR:;;Drop Lane 5\; 2nd floor;St. John's;NL;A1B 2C3;Canada
KEY:data:application/pgp-keys;base64,LS0tLS1CRUdJTiBQR1AgUFVCTElDIEtFWSBCTE9DSy0tLS0tCg==
END:VCARD`

// GraphQL with fragments, directives, aliases, subscriptions; [query, variables] of a text
export const graphql = (title, text) => [
  ['fragment Who on User { __typename id name }\nmutation Keep($id: ID!, $in: NoteInput!, $full: Boolean = false) {\n  saved: editNote(id: $id, input: $in) { id title body @include(if: $full) author { ...Who } }\n  said: comment(noteId: $id, author: "O\'Hara \\"Ed\\"", text: $in_text) { id }\n}'.replace('$in_text', '"edited; see history -- ok?"'), { id: '1', in: { title, body: text, tags: ["it's", 'r&d', '#42'], format: 'plain' }, full: true }],
  ['query Similar($f: Filter!, $first: Int = 5) { mine: notes(filter: $f, first: $first) { ...Hits } newest: notes(filter: {tag: "sql"}, orderBy: CREATED_DESC, first: 3) { ...Hits } }\nfragment Hits on Page { total items { id title tags } }', { f: { text: title, tag: null, createdAfter: '2026-11-01' }, first: 3 }],
]
