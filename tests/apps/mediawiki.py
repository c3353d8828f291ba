"""Debian's MediaWiki: a copy of its own with SQLite, the visual editor on, PHP's built-in server."""
import os, subprocess

NAME = 'mediawiki'
HOST = 'wiki.test'
PACKAGES = ['mediawiki', 'php-cli', 'php-sqlite3', 'php-gd', 'php-mbstring', 'php-intl', 'php-curl', 'php-xml']

SETTINGS = """
foreach (['VisualEditor', 'WikiEditor', 'CodeEditor', 'SyntaxHighlight_GeSHi', 'ParserFunctions', 'Cite', 'CategoryTree', 'InputBox',
    'Gadgets', 'ImageMap', 'Poem', 'TemplateData', 'TextExtracts', 'ReplaceText', 'AbuseFilter', 'Interwiki'] as $e)
    wfLoadExtension($e);
wfLoadExtension('Parsoid', "$IP/vendor/wikimedia/parsoid/extension.json");
$wgVirtualRestConfig['modules']['parsoid'] = ['url' => 'http://127.0.0.1:%(port)d/rest.php', 'domain' => '%(host)s', 'forwardCookies' => true];
$wgVisualEditorShowBetaWelcome = false;
$wgEnableUploads = true;
$wgUseInstantCommons = false;
$wgFileExtensions[] = 'pdf';
$wgUploadDirectory = "$IP/pictures";
$wgUploadPath = '/pictures';
$wgCacheDirectory = '%(folder)s/cache';
$wgMainCacheType = CACHE_DB;
$wgParserCacheType = CACHE_DB;
$wgGroupPermissions['sysop']['abusefilter-modify'] = true;
$wgGroupPermissions['sysop']['replacetext'] = true;
$wgGroupPermissions['sysop']['editsitejs'] = true;
$wgAllowUserCss = $wgAllowUserJs = true;
$wgRateLimits = [];
$wgPasswordAttemptThrottle = false;
"""
ROUTER = """<?php
$path = urldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
if ($path !== '/' && !preg_match('~^/(index|rest|load|api)\\.php~', $path) && is_file($_SERVER['DOCUMENT_ROOT'] . $path)) return false;
if (!preg_match('~^(/(?:index|rest|load|api)\\.php)(/.*)?$~', $path, $m)) $m = [0, '/index.php'];
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = $m[1];
$_SERVER['SCRIPT_FILENAME'] = $_SERVER['DOCUMENT_ROOT'] . $m[1];
$_SERVER['PATH_INFO'] = $m[2] ?? '';
chdir($_SERVER['DOCUMENT_ROOT']);
require $_SERVER['SCRIPT_FILENAME'];
"""
PASSWORD = 'tea and cake; 1=1 is true'


def start(services, port, public_port):
    root = os.path.join(services.folder, 'www')
    subprocess.run(['cp', '-rL', '/usr/share/mediawiki', root], stderr=subprocess.DEVNULL)
    for name in ('cache', 'data'):
        os.mkdir(os.path.join(services.folder, name))
    os.makedirs(os.path.join(root, 'pictures'), exist_ok=True)
    subprocess.run(['nice', 'php', 'maintenance/install.php', '--dbtype', 'sqlite', '--dbpath', os.path.join(services.folder, 'data'),
                    '--dbname', 'wiki', '--server', 'http://%s:%d' % (HOST, public_port), '--scriptpath', '', '--pass', PASSWORD,
                    '--skins', 'Vector', 'Tea Wiki', 'Admin'], cwd=root, check=True,
                   stdout=open(os.path.join(services.folder, 'install.log'), 'w'), stderr=subprocess.STDOUT)
    with open(os.path.join(root, 'LocalSettings.php'), 'a') as f:
        f.write(SETTINGS % {'port': port, 'host': HOST, 'folder': services.folder})
    subprocess.run(['nice', 'php', 'maintenance/update.php', '--quick', '--skip-config-validation'], cwd=root, check=True,
                   stdout=open(os.path.join(services.folder, 'update.log'), 'w'), stderr=subprocess.STDOUT)
    router = os.path.join(services.folder, 'router.php')
    with open(router, 'w') as f:
        f.write(ROUTER)
    services.php('php', root, port, router)
