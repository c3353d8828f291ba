"""Debian's Roundcube with SQLite; Dovecot keeps the mail, and a few lines of SMTP deliver it."""
import asyncio, os, pwd, secrets, shutil, subprocess, threading, time

NAME = 'roundcube'
HOST = 'mail.test'
PACKAGES = ['roundcube', 'roundcube-sqlite3', 'roundcube-plugins', 'dovecot-imapd', 'dovecot-managesieved', 'php-cli', 'php-sqlite3', 'php-gd', 'php-mbstring', 'php-intl', 'php-xml', 'php-zip']

DOVECOT = """
protocols = imap sieve
listen = 127.0.0.1
base_dir = %(folder)s/dovecot
log_path = %(folder)s/dovecot.log
ssl = no
disable_plaintext_auth = no
mail_location = maildir:%(mail)s/%%n
first_valid_uid = 1
service imap-login {
  inet_listener imap { 
    port = %(imap)d
  }
  inet_listener imaps { 
    port = 0
  }
}
service managesieve-login {
  inet_listener sieve { 
    port = %(sieve)d
  }
}
plugin {
  sieve = file:%(mail)s/%%n/sieve;active=%(mail)s/%%n/active.sieve
}
passdb {
  driver = static
  args = nopassword=y
}
userdb {
  driver = static
  args = uid=%(uid)d gid=%(gid)d home=%(mail)s/%%n
}
namespace inbox {
  inbox = yes
  mailbox Sent { 
    auto = create
  }
  mailbox Drafts { 
    auto = create
  }
  mailbox Trash { 
    auto = create
  }
}
"""
CONFIG = """<?php
$config['db_dsnw'] = 'sqlite:///%(folder)s/data/mail.db?mode=0640';
$config['imap_host'] = '127.0.0.1:%(imap)d';
$config['smtp_host'] = '127.0.0.1:%(smtp)d';
$config['smtp_user'] = $config['smtp_pass'] = '';
$config['mail_domain'] = 'mail.test';
$config['product_name'] = 'Mail';
$config['des_key'] = '%(key)s';
$config['plugins'] = ['archive', 'zipdownload', 'managesieve', 'markasjunk', 'emoticons', 'newmail_notifier'];
$config['skin'] = 'elastic';
$config['managesieve_host'] = '127.0.0.1';
$config['managesieve_port'] = %(sieve)d;
$config['managesieve_raw_editor'] = true;
$config['managesieve_vacation'] = 1;
$config['enable_installer'] = false;
$config['log_dir'] = '%(folder)s/data/';
$config['temp_dir'] = '%(folder)s/data/';
$config['htmleditor'] = 4;
$config['draft_autosave'] = 60;
$config['max_message_size'] = '20M';
"""
ROUTER = """<?php
$path = urldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
if ($path !== '/' && is_file($_SERVER['DOCUMENT_ROOT'] . $path)) return false;
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/index.php';
define('INSTALL_PATH', $_SERVER['DOCUMENT_ROOT'] . '/');
chdir($_SERVER['DOCUMENT_ROOT']);
require $_SERVER['DOCUMENT_ROOT'] . '/index.php';
"""


class Post:
    """SMTP that puts each message into the inbox of each of its readers."""

    def __init__(self, mail, owner):
        self.mail, self.owner, self.n = mail, owner, 0
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()
        threading.Thread(target=self.run, args=(ready,), daemon=True).start()
        ready.wait()

    def run(self, ready):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self.serve, '127.0.0.1', 0, limit=1 << 25))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self.loop.run_forever()

    async def serve(self, reader, writer):
        to = []
        writer.write(b'220 mail.test\r\n')
        try:
            while line := await reader.readline():
                word = line.split(b' ')[0].strip().upper()
                if word == b'DATA':
                    writer.write(b'354 go on\r\n')
                    text = await reader.readuntil(b'\r\n.\r\n')
                    self.deliver(to, text[:-3])
                    to = []
                elif word == b'RCPT':
                    to.append(line.split(b'<')[1].split(b'@')[0].decode())
                elif word == b'QUIT':
                    writer.write(b'221 bye\r\n')
                    return
                writer.write(b'250 ok\r\n')
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def deliver(self, to, text):
        for name in set(to):
            if not name.isalnum():
                continue
            box = os.path.join(self.mail, name)
            for d in ('', 'tmp', 'new', 'cur'):
                path = os.path.join(box, d)
                if not os.path.isdir(path):
                    os.mkdir(path)
                    os.chown(path, *self.owner)
            self.n += 1
            path = os.path.join(box, 'tmp', '%d.%d.post' % (time.time(), self.n))
            with open(path, 'wb') as f:
                f.write(text)
            os.chown(path, *self.owner)
            os.rename(path, path.replace('/tmp/%d' % int(os.path.basename(path).split('.')[0]), '/new/%d' % int(os.path.basename(path).split('.')[0])))


def start(services, port, public_port):
    from harness import free_port
    if os.getuid() != 0:
        raise PermissionError('Dovecot needs root')
    folder = services.folder
    root, mail = os.path.join(folder, 'www'), os.path.join(folder, 'mail')
    nobody = pwd.getpwnam('nobody')
    os.mkdir(mail)
    os.chown(mail, nobody.pw_uid, nobody.pw_gid)
    os.mkdir(os.path.join(folder, 'data'))
    subprocess.run(['cp', '-rL', '/usr/share/roundcube', root], stderr=subprocess.DEVNULL)
    for part in ('plugins', 'skins'):
        subprocess.run(['cp', '-rL', '/var/lib/roundcube/' + part, root], stderr=subprocess.DEVNULL)
    os.makedirs(os.path.join(root, 'config'), exist_ok=True)
    for name in ('defaults.inc.php', 'mimetypes.php'):
        shutil.copy('/etc/roundcube/' + name, os.path.join(root, 'config', name))
    post = Post(mail, (nobody.pw_uid, nobody.pw_gid))
    names = {'folder': folder, 'mail': mail, 'imap': free_port(), 'sieve': free_port(), 'smtp': post.port, 'uid': nobody.pw_uid, 'gid': nobody.pw_gid,
             'key': secrets.token_hex(12)}
    with open(os.path.join(root, 'config', 'config.inc.php'), 'w') as f:
        f.write(CONFIG % names)
    with open(os.path.join(folder, 'dovecot.conf'), 'w') as f:
        f.write(DOVECOT % names)
    import sqlite3
    db = sqlite3.connect(os.path.join(folder, 'data', 'mail.db'))
    db.executescript(open(os.path.join(root, 'SQL', 'sqlite.initial.sql')).read())
    db.close()
    services.start('dovecot', [shutil.which('dovecot') or '/usr/sbin/dovecot', '-F', '-c', os.path.join(folder, 'dovecot.conf')], names['imap'])
    router = os.path.join(folder, 'router.php')
    with open(router, 'w') as f:
        f.write(ROUTER)
    services.php('php', root, port, router)
