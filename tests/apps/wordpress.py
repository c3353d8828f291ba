"""Debian's WordPress: a copy of its own, MariaDB with its own data folder, PHP's built-in server."""
import os, pwd, secrets, shutil, subprocess

NAME = 'wordpress'
HOST = 'blog.test'
PACKAGES = ['wordpress', 'wordpress-theme-twentytwentythree', 'wordpress-theme-twentytwentyone', 'mariadb-server', 'php-cli',
            'php-mysql', 'php-gd', 'php-mbstring', 'php-curl', 'php-xml']

CONFIG = """<?php
define('DB_NAME', 'wordpress');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:%(socket)s');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
foreach (['AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY', 'AUTH_SALT', 'SECURE_AUTH_SALT', 'LOGGED_IN_SALT', 'NONCE_SALT'] as $k)
    define($k, '%(salt)s' . $k);
define('WP_HOME', 'http://%(host)s:%(port)d');
define('WP_SITEURL', 'http://%(host)s:%(port)d');
define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('WP_ACCESSIBLE_HOSTS', '%(host)s');
define('FS_METHOD', 'direct');
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
# WordPress asks itself for its own pages (after an edit of a plug-in, for instance) by its public name.
SELF = """<?php
add_action('http_api_curl', function ($curl) { curl_setopt($curl, CURLOPT_RESOLVE, ['%(host)s:%(port)d:127.0.0.1']); });
add_filter('http_request_host_is_external', '__return_true');
add_filter('pre_wp_mail', '__return_true');
add_action('admin_post_tea_options', function () { update_option('tea', wp_unslash($_POST)); wp_redirect(admin_url()); exit; });
"""
ROUTER = """<?php
$path = urldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
$file = $_SERVER['DOCUMENT_ROOT'] . $path;
if (is_file($file) || is_file(rtrim($file, '/') . '/index.php')) return false;
$_SERVER['SCRIPT_NAME'] = '/index.php';
require $_SERVER['DOCUMENT_ROOT'] . '/index.php';
"""


def start(services, port, public_port):
    root = os.path.join(services.folder, 'www')
    # links into other packages are followed, links to nowhere left out
    subprocess.run(['cp', '-rL', '/usr/share/wordpress', root], stderr=subprocess.DEVNULL)
    os.makedirs(os.path.join(root, 'wp-content', 'mu-plugins'))
    names = {'socket': os.path.join(services.folder, 'db.sock'), 'salt': secrets.token_hex(20), 'host': HOST, 'port': public_port}
    for name, text in (('wp-config.php', CONFIG), ('wp-content/mu-plugins/self.php', SELF)):
        with open(os.path.join(root, name), 'w') as f:
            f.write(text % names)
    router = os.path.join(services.folder, 'router.php')
    with open(router, 'w') as f:
        f.write(ROUTER)
    database(services, names['socket'])
    services.php('php', root, port, router)


def database(services, socket_path):
    folder = os.path.join(services.folder, 'db')
    user = pwd.getpwuid(os.getuid()).pw_name
    subprocess.run(['mariadb-install-db', '--no-defaults', '--datadir=' + folder, '--user=' + user,
                    '--auth-root-authentication-method=normal', '--skip-test-db'], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    services.start('mariadb', [shutil.which('mariadbd') or '/usr/sbin/mariadbd', '--no-defaults', '--datadir=' + folder,
                               '--user=' + user, '--socket=' + socket_path, '--skip-networking', '--skip-log-bin',
                               '--innodb-flush-log-at-trx-commit=0', '--innodb-buffer-pool-size=64M'], socket_path=socket_path)
    subprocess.run(['mariadb', '--no-defaults', '-u', 'root', '-S', socket_path, '-e',
                    'create database wordpress character set utf8mb4'], check=True)
