<?php
/* Pages as nobody should write them, beside WordPress and with its database: tests/apps/exploit puts this file into
 * the folder of its own copy. Each page has one hole; what an attacker is after is "correct-horse-battery". */
define('SHORTINIT', true);
require __DIR__ . '/wp-load.php';
error_reporting(0);

function rows($sql)
{
    global $wpdb;
    $wpdb->hide_errors();
    foreach ((array)$wpdb->get_results($sql, ARRAY_N) as $row)
        echo implode(' | ', $row), "\n";
    echo $wpdb->last_error, "\n";
}

class Report
{
    public $file, $text;
    function __destruct() { if ($this->file) readfile($this->file); }
}

function setup()
{
    global $wpdb;
    $wpdb->query('create table if not exists notes (id int primary key, title varchar(80), body text)');
    $wpdb->query('create table if not exists customers (id int primary key, name varchar(40), pass varchar(40))');
    $wpdb->query("insert ignore into notes values (1, 'mugs', 'blue'), (2, 'plates', 'white'), (3, 'bowls', 'green')");
    $wpdb->query("insert ignore into customers values (1, 'admin', 'correct-horse-battery'), (2, 'bob', 'hunter2')");
    file_put_contents(__DIR__ . '/secret.txt', "correct-horse-battery\n");
    @mkdir(__DIR__ . '/pages');
    file_put_contents(__DIR__ . '/pages/about.txt', "about us\n");
}

$q = $_REQUEST['q'] ?? $_REQUEST['file'] ?? '';
header('Content-Type: text/plain');
chdir(__DIR__);
switch ($_GET['do'] ?? '') {
case 'setup':
    setup();
    break;
case 'search':
    rows("select id, title from notes where title like '%$q%'");
    break;
case 'item':
    rows("select id, title from notes where id = $q");
    break;
case 'double':
    rows("select id, title from notes where (title = \"$q\") and id > 0");
    break;
case 'order':
    rows("select id, title from notes order by $q");
    break;
case 'login':
    rows("select name, pass from customers where name = '$q' and pass = 'x'");
    break;
case 'json':
    $o = json_decode(file_get_contents('php://input'), true);
    rows("select id, title from notes where id = {$o['q']}");
    break;
case 'cookie':
    rows("select id, title from notes where id = '" . urldecode($_COOKIE['q'] ?? '') . "'");
    break;
case 'run':
    system("echo look up $q 2>&1");
    break;
case 'run-double':
    system("echo \"look up $q\" 2>&1");
    break;
case 'run-single':
    system("echo 'look up $q' 2>&1");
    break;
case 'view':
    readfile(__DIR__ . "/pages/$q");
    break;
case 'include':
    include $q;
    break;
case 'eval':
    eval("\$x = $q;");
    break;
case 'eval-text':
    eval("\$x = \"$q\";");
    break;
case 'object':
    unserialize($q);
    break;
case 'xml':
    $d = new DOMDocument();
    $d->loadXML(file_get_contents('php://input'), LIBXML_NOENT | LIBXML_DTDLOAD | LIBXML_XINCLUDE);
    $d->xinclude();
    echo $d->textContent;
    break;
case 'text':
    header('Content-Type: text/html; charset=utf-8');
    echo "<!doctype html><title>x</title><p>Hello $q!</p>";
    break;
case 'attribute':
    header('Content-Type: text/html; charset=utf-8');
    echo "<!doctype html><title>x</title><input value=\"$q\">";
    break;
case 'bare':
    header('Content-Type: text/html; charset=utf-8');
    echo "<!doctype html><title>x</title><input value=$q>";
    break;
case 'script':
    header('Content-Type: text/html; charset=utf-8');
    echo "<!doctype html><title>x</title><script>var q = '$q';</script>";
    break;
case 'link':
    header('Content-Type: text/html; charset=utf-8');
    echo "<!doctype html><title>x</title><a id=go href=\"$q\">go</a><script>document.getElementById('go').click()</script>";
    break;
}
